/// The bytes of every id, in one buffer; ids without a token have none.
struct TokenTable: Sendable {
  private var bytes: [UInt8] = []
  private var ranges: [Range<Int32>] = []
  private(set) var ids: [[UInt8]: Int32] = [:]

  /// Ids above are refused, so that a damaged file cannot ask for a table of gigabytes.
  static let maximumId: Int32 = 1 << 22

  /// One past the largest id.
  var count: Int { ranges.count }

  /// - Returns: whether both the id and the bytes were free.
  mutating func insert(_ token: [UInt8], id: Int32) -> Bool {
    precondition(id >= 0 && id <= TokenTable.maximumId, "an id that was not checked")
    while ranges.count <= Int(id) { ranges.append(0..<0) }
    guard !token.isEmpty, ranges[Int(id)].isEmpty, ids.updateValue(id, forKey: token) == nil else {
      return false
    }
    let start = Int32(bytes.count)
    bytes += token
    ranges[Int(id)] = start..<Int32(bytes.count)
    return true
  }

  /// The bytes of `id`; empty for an id without a token, in or out of the table.
  subscript(id: Int32) -> ArraySlice<UInt8> {
    guard id >= 0, Int(id) < ranges.count else { return [] }
    let range = ranges[Int(id)]
    return bytes[Int(range.lowerBound)..<Int(range.upperBound)]
  }
}
