/// Byte-level byte-pair encoding: repeatedly joins the neighbours of lowest rank, leftmost first.
struct BytePairEncoder: Sendable {
  /// The id of each single byte.
  private let byteIds: [Int32]
  private let merges: MergeTable

  /// - Parameter byteIds: 256 ids.
  init(byteIds: [Int32], merges: [UInt64: MergeTable.Merge]) {
    precondition(byteIds.count == 256, "one id for each byte")
    self.byteIds = byteIds
    self.merges = MergeTable(merges)
  }

  /// Appends the ids of the word `text[range]`.
  func encode(_ text: [UInt8], _ range: Range<Int>, into out: inout [Int32]) {
    precondition(range.count < Int32.max, "a word of more than 2^31 bytes")
    if range.count <= BytePairEncoder.shortWord {
      encodeShort(text, range, into: &out)
    } else {
      var joining = Joining(ids: text[range].map { byteIds[Int($0)] }, merges: merges)
      joining.run()
      for id in joining.ids where id >= 0 { out.append(id) }
    }
  }

  /// Up to here looking at every pair again costs less than keeping them in order.
  private static let shortWord = 48

  private static let noRank = UInt32.max

  /// Joins the parts where they stand, at the end of `out`.
  private func encodeShort(_ text: [UInt8], _ range: Range<Int>, into out: inout [Int32]) {
    let start = out.count
    for byte in text[range] { out.append(byteIds[Int(byte)]) }
    guard range.count > 1 else { return }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: BytePairEncoder.shortWord) { ranks in
      // ranks[i] is that of parts i and i + 1.
      var count = range.count
      for at in 0..<count - 1 {
        ranks[at] = merges[out[start + at], out[start + at + 1]]?.rank ?? Self.noRank
      }
      while count > 1 {
        var best = 0
        for at in 1..<max(count - 1, 1) where ranks[at] < ranks[best] { best = at }
        guard ranks[best] != Self.noRank,
          let merge = merges[out[start + best], out[start + best + 1]]
        else { break }
        out[start + best] = merge.result
        count -= 1
        for at in best + 1..<max(count, best + 1) {
          out[start + at] = out[start + at + 1]
          ranks[at - 1] = ranks[at]
        }
        if best > 0 { ranks[best - 1] = merges[out[start + best - 1], merge.result]?.rank ?? Self.noRank }
        if best + 1 < count { ranks[best] = merges[merge.result, out[start + best + 1]]?.rank ?? Self.noRank }
      }
      out.removeLast(range.count - count)
    }
  }
}

/// One long word while its parts are joined: a doubly linked list over positions, and a queue of merges.
///
/// O(n log n) in the length of the word, so that a megabyte without a blank is no problem.
private struct Joining {
  /// The id at each position; -1 once the position was absorbed by an earlier one.
  private(set) var ids: [Int32]
  private var next: [Int32]
  private var previous: [Int32]
  private var queue = MinHeap()
  private let merges: MergeTable

  init(ids: [Int32], merges: MergeTable) {
    self.ids = ids
    self.merges = merges
    next = (0..<Int32(ids.count)).map { $0 + 1 }
    previous = (0..<Int32(ids.count)).map { $0 - 1 }
  }

  mutating func run() {
    let end = Int32(ids.count)
    for position in 0..<end { enqueue(position) }
    while let key = queue.pop() {
      let position = Int32(truncatingIfNeeded: key & 0xFFFF_FFFF)
      // Entries whose pair has changed since they were queued are stale.
      guard let merge = merge(at: position), UInt64(merge.rank) == key >> 32 else { continue }
      let right = next[Int(position)]
      let after = next[Int(right)]
      ids[Int(position)] = merge.result
      ids[Int(right)] = -1
      next[Int(position)] = after
      if after < end { previous[Int(after)] = position }
      enqueue(previous[Int(position)])
      enqueue(position)
    }
  }

  /// What the part at `position` and the one after it become.
  private func merge(at position: Int32) -> MergeTable.Merge? {
    guard position >= 0, ids[Int(position)] >= 0 else { return nil }
    let right = Int(next[Int(position)])
    guard right < ids.count else { return nil }
    return merges[ids[Int(position)], ids[right]]
  }

  /// Queues the merge at `position`: the smallest rank comes out first, then the leftmost.
  private mutating func enqueue(_ position: Int32) {
    guard let merge = merge(at: position) else { return }
    queue.push(UInt64(merge.rank) << 32 | UInt64(UInt32(bitPattern: position)))
  }
}

/// A binary heap of keys, smallest first.
private struct MinHeap {
  private var keys: [UInt64] = []

  mutating func push(_ key: UInt64) {
    keys.append(key)
    var child = keys.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard keys[child] < keys[parent] else { return }
      keys.swapAt(child, parent)
      child = parent
    }
  }

  mutating func pop() -> UInt64? {
    guard let last = keys.popLast() else { return nil }
    guard let first = keys.first else { return last }
    keys[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in (2 * parent + 1)...(2 * parent + 2)
      where child < keys.count && keys[child] < keys[least] { least = child }
      if least == parent { return first }
      keys.swapAt(parent, least)
      parent = least
    }
  }
}
