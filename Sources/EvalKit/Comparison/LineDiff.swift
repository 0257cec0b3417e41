/// Two texts line by line, side by side.
public struct LineDiff: Sendable, Equatable {
  /// One row; a line that the other text lacks has `nil` beside it.
  public struct Row: Sendable, Equatable {
    public let left: String?
    public let right: String?

    public var isCommon: Bool { left != nil && right != nil && left == right }
  }

  /// All lines of both texts.
  public let rows: [Row]

  public init(_ left: String, _ right: String) {
    let (old, new) = (Self.lines(left), Self.lines(right))
    let difference = new.difference(from: old)
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var rows: [Row] = []
    var (i, j) = (0, 0)
    while i < old.count || j < new.count {
      var (gone, come): ([String], [String]) = ([], [])
      while i < old.count, removed.contains(i) {
        gone.append(old[i])
        i += 1
      }
      while j < new.count, inserted.contains(j) {
        come.append(new[j])
        j += 1
      }
      // What was replaced stands beside what replaced it.
      for index in 0..<max(gone.count, come.count) {
        rows.append(
          Row(
            left: index < gone.count ? gone[index] : nil, right: index < come.count ? come[index] : nil))
      }
      if i < old.count, j < new.count, gone.isEmpty, come.isEmpty {
        rows.append(Row(left: old[i], right: new[j]))
        i += 1
        j += 1
      }
    }
    self.rows = rows
  }

  /// The rows that differ, with up to `context` common ones around them; `nil` stands for those left out.
  public func excerpt(context: Int = 3) -> [Row?] {
    let changed = rows.indices.filter { !rows[$0].isCommon }
    var kept: Set<Int> = []
    for index in changed { kept.formUnion(max(0, index - context)...min(rows.count - 1, index + context)) }
    var shown: [Row?] = []
    for index in rows.indices {
      if kept.contains(index) {
        shown.append(rows[index])
      } else if let last = shown.last, last != nil {
        shown.append(nil)
      } else if shown.isEmpty {
        shown.append(nil)
      }
    }
    return shown
  }

  private static func lines(_ text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}
