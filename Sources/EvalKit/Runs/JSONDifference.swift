import JSON

/// The first place in which two documents differ.
struct JSONDifference {
  /// `benchmarks[humaneval+].results[HumanEval/3].plus_passed`
  let path: String
  let left: String
  let right: String

  /// `nil` when they are the same, but for the last digits of floating-point numbers.
  init?(_ left: JSONValue, _ right: JSONValue) {
    guard let found = Self.find(left, right, "") else { return nil }
    self = found
  }

  private init(path: String, left: JSONValue?, right: JSONValue?) {
    self.path = path
    self.left = left?.excerpt ?? "nothing"
    self.right = right?.excerpt ?? "nothing"
  }

  private static func find(_ left: JSONValue, _ right: JSONValue, _ path: String) -> JSONDifference? {
    switch (left, right) {
    case (.object(let ours), .object(let theirs)):
      let names = ours.members.map(\.name) + theirs.members.map(\.name).filter { ours[$0] == nil }
      for name in names {
        let inner = path.isEmpty ? name : "\(path).\(name)"
        guard let mine = ours[name], let other = theirs[name] else {
          return JSONDifference(path: inner, left: ours[name], right: theirs[name])
        }
        if let found = find(mine, other, inner) { return found }
      }
      return nil
    case (.array(let ours), .array(let theirs)):
      for (index, (mine, other)) in zip(ours, theirs).enumerated() {
        let label = (mine["task_id"] ?? mine["name"])?.string ?? "\(index)"
        if let found = find(mine, other, "\(path)[\(label)]") { return found }
      }
      if ours.count == theirs.count { return nil }
      return JSONDifference(
        path: "\(path).count", left: JSONValue(ours.count), right: JSONValue(theirs.count))
    default:
      if let mine = left.double, let other = right.double {
        // Another machine's libm may round the last digit otherwise.
        if abs(mine - other) <= 1e-12 { return nil }
      } else if left == right {
        return nil
      }
      return JSONDifference(path: path, left: left, right: right)
    }
  }
}

extension JSONValue {
  /// As compact JSON, cut to what fits in a sentence.
  var excerpt: String {
    let text = String(decoding: serialized(), as: UTF8.self)
    return text.count > 80 ? "\(text.prefix(77))..." : text
  }
}
