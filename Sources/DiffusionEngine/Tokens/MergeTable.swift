/// What two neighbouring ids become, and how early: a hash table without deletion.
///
/// Encoding asks it for every pair of neighbours, and the standard dictionary's hash, hardened against chosen
/// keys, would be most of the time. Chosen keys cost a search of the table here, in a file that the user loads.
struct MergeTable: Sendable {
  /// Smaller ranks go first.
  struct Merge: Sendable, Equatable {
    let rank: UInt32
    let result: Int32
  }

  /// Keys, each followed by rank and result: one line of the cache for both. Free places have the key `free`.
  private var slots: [UInt64]
  private let mask: Int

  /// No pair: ids are not negative.
  private static let free = UInt64.max

  init(_ merges: [UInt64: Merge]) {
    var capacity = 16
    while capacity < 2 * merges.count { capacity *= 2 }
    mask = capacity - 1
    slots = [UInt64](repeating: MergeTable.free, count: 2 * capacity)
    for (key, merge) in merges {
      let at = place(of: key)
      slots[2 * at] = key
      slots[2 * at + 1] = UInt64(merge.rank) << 32 | UInt64(UInt32(bitPattern: merge.result))
    }
  }

  /// The key of a pair of ids.
  static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  subscript(left: Int32, right: Int32) -> Merge? {
    let at = place(of: MergeTable.pair(left, right))
    guard slots[2 * at] != MergeTable.free else { return nil }
    let value = slots[2 * at + 1]
    return Merge(
      rank: UInt32(truncatingIfNeeded: value >> 32), result: Int32(truncatingIfNeeded: value & 0xFFFF_FFFF))
  }

  /// Where `key` is, or would be.
  private func place(of key: UInt64) -> Int {
    // Fibonacci hashing: the product's high bits depend on all of the key's.
    var at = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while slots[2 * at] != key && slots[2 * at] != MergeTable.free { at = (at + 1) & mask }
    return at
  }
}
