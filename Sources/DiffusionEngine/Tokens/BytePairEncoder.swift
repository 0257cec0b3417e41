/// Byte-level byte-pair encoding: repeatedly joins the neighbours of lowest rank, leftmost first.
///
/// O(n log n) in the length of a word, so that a megabyte without a blank is no problem.
struct BytePairEncoder: Sendable {
  /// What two neighbouring ids become, and how early. Smaller ranks go first.
  struct Merge: Sendable, Equatable {
    let rank: UInt32
    let result: Int32
  }

  /// The id of each single byte.
  private let byteIds: [Int32]
  private let merges: [UInt64: Merge]

  /// - Parameter byteIds: 256 ids.
  init(byteIds: [Int32], merges: [UInt64: Merge]) {
    precondition(byteIds.count == 256, "one id for each byte")
    self.byteIds = byteIds
    self.merges = merges
  }

  /// The key of a pair of ids in the table of merges.
  static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// Appends the ids of `word`.
  func encode(_ word: [UInt8], into out: inout [Int32]) {
    precondition(word.count < Int32.max, "a word of more than 2^31 bytes")
    if word.count == 1 {
      out.append(byteIds[Int(word[0])])
      return
    }
    var joining = Joining(ids: word.map { byteIds[Int($0)] }, merges: merges)
    joining.run()
    for id in joining.ids where id >= 0 { out.append(id) }
  }
}

/// One word while its parts are joined: a doubly linked list over positions, and a queue of merges.
private struct Joining {
  /// The id at each position; -1 once the position was absorbed by an earlier one.
  private(set) var ids: [Int32]
  private var next: [Int32]
  private var previous: [Int32]
  private var queue = MinHeap()
  private let merges: [UInt64: BytePairEncoder.Merge]

  init(ids: [Int32], merges: [UInt64: BytePairEncoder.Merge]) {
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
  private func merge(at position: Int32) -> BytePairEncoder.Merge? {
    guard position >= 0, ids[Int(position)] >= 0 else { return nil }
    let right = Int(next[Int(position)])
    guard right < ids.count else { return nil }
    return merges[BytePairEncoder.pair(ids[Int(position)], ids[right])]
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
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < keys.count && keys[child] < keys[least] { least = child }
      if least == parent { return first }
      keys.swapAt(parent, least)
      parent = least
    }
  }
}
