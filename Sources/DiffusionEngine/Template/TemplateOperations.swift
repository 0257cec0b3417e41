/// What expressions do with values: Python's operators, and the methods and filters that templates use.
extension TemplateInterpreter {
  func member(_ name: String, of value: TemplateValue) throws(TemplateError) -> TemplateValue {
    if case .undefined = value { throw error("\(value.kind) has no member '\(name)'") }
    return value[name] ?? .undefined(name)
  }

  func item(_ index: Int, of value: TemplateValue) throws(TemplateError) -> TemplateValue {
    func element<Element>(_ elements: [Element]) -> Element? {
      let at = index < 0 ? elements.count &+ index : index
      return elements.indices.contains(at) ? elements[at] : nil
    }
    switch value {
    case .list(let elements): return element(elements) ?? .undefined("\(index)")
    case .string(let text):
      return element(Array(text.unicodeScalars)).map { .string(String($0)) } ?? .undefined("\(index)")
    default: throw error("\(value.kind) has no elements")
    }
  }

  func slice(
    _ value: TemplateValue, _ from: Int?, _ to: Int?, _ step: Int?
  ) throws(TemplateError) -> TemplateValue {
    guard step == nil || step == 1 || (step == -1 && from == nil && to == nil) else {
      throw error("a slice with this step is not supported")
    }
    func part<Element>(_ elements: [Element]) -> [Element] {
      func place(_ bound: Int) -> Int {
        min(max(bound < 0 ? elements.count &+ bound : bound, 0), elements.count)
      }
      if step == -1 { return elements.reversed() }
      let start = from.map(place) ?? 0
      return Array(elements[start..<max(start, to.map(place) ?? elements.count)])
    }
    switch value {
    case .list(let elements): return .list(part(elements))
    case .string(let text):
      var out = ""
      out.unicodeScalars.append(contentsOf: part(Array(text.unicodeScalars)))
      return .string(out)
    default: throw error("\(value.kind) has no elements")
    }
  }

  func compares(_ left: TemplateValue, _ symbol: String, _ right: TemplateValue) throws(TemplateError) -> Bool
  {
    switch symbol {
    case "==": return try equal(left, right)
    case "!=": return try !equal(left, right)
    case "in": return try contains(right, left)
    case "not in": return try !contains(right, left)
    default: break
    }
    let order: Int
    switch (left, right) {
    case (.integer(let left), .integer(let right)): order = left < right ? -1 : left > right ? 1 : 0
    default: throw error("comparing \(left.kind) and \(right.kind) is not supported")
    }
    switch symbol {
    case "<": return order < 0
    case "<=": return order <= 0
    case ">": return order > 0
    default: return order >= 0
    }
  }

  private func equal(_ left: TemplateValue, _ right: TemplateValue) throws(TemplateError) -> Bool {
    switch (left, right) {
    case (.undefined, .undefined): return true
    // By scalars: canonically equivalent strings are different ones in Python.
    case (.string(let left), .string(let right)):
      return left.unicodeScalars.elementsEqual(right.unicodeScalars)
    case (.boolean, .integer), (.integer, .boolean), (.list, .list), (.map, .map):
      throw error("comparing \(left.kind) and \(right.kind) is not supported")
    default: return left == right
    }
  }

  private func contains(_ container: TemplateValue, _ value: TemplateValue) throws(TemplateError) -> Bool {
    switch (container, value) {
    case (.string(let text), .string(let part)): return text.contains(bytesOf: part)
    case (.list(let elements), _):
      for element in elements where try equal(element, value) { return true }
      return false
    case (.map(let members), .string(let name)): return members.contains { $0.name == name }
    default: throw error("'in' of \(value.kind) and \(container.kind) is not supported")
    }
  }

  func arithmetic(
    _ left: TemplateValue, _ symbol: String, _ right: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    switch (left, symbol, right) {
    case (_, "~", _):
      guard let left = left.text, let right = right.text else {
        throw error("'~' of \(left.kind) and \(right.kind) is not supported")
      }
      return .string(left + right)
    case (.string(let left), "+", .string(let right)): return .string(left + right)
    case (.list(let left), "+", .list(let right)): return .list(left + right)
    case (.integer(let left), _, .integer(let right)):
      let (value, overflow) =
        switch symbol {
        case "+": left.addingReportingOverflow(right)
        case "-": left.subtractingReportingOverflow(right)
        case "*": left.multipliedReportingOverflow(by: right)
        // Python rounds towards minus infinity; only what both do alike is supported.
        case "%" where left >= 0 && right > 0: (left % right, false)
        case "//" where left >= 0 && right > 0: (left / right, false)
        default: (0, true)
        }
      guard !overflow else { throw error("this '\(symbol)' of integers is not supported") }
      return .integer(value)
    default: throw error("'\(symbol)' of \(left.kind) and \(right.kind) is not supported")
    }
  }

  func filter(_ name: String, _ value: TemplateValue) throws(TemplateError) -> TemplateValue {
    switch (name, value) {
    case ("tojson", _):
      guard let json = value.json else { throw error("\(value.kind) is no JSON") }
      return .string(json)
    case ("string", _):
      guard let text = value.text else { throw error("'string' of \(value.kind) is not supported") }
      return .string(text)
    case ("trim", .string(let text)): return .string(text.trimmed { $0.isSpaceInPython })
    case ("length", .string(let text)): return .integer(text.unicodeScalars.count)
    case ("length", .list(let elements)): return .integer(elements.count)
    case ("length", .map(let members)): return .integer(members.count)
    case ("upper", .string(let text)): return .string(text.uppercased())
    case ("lower", .string(let text)): return .string(text.lowercased())
    case ("first", .list(let elements)): return elements.first ?? .undefined("first")
    case ("last", .list(let elements)): return elements.last ?? .undefined("last")
    default: throw error("the filter '\(name)' of \(value.kind) is not supported")
    }
  }

  func test(_ name: String, _ value: TemplateValue) throws(TemplateError) -> Bool {
    switch (name, value) {
    case ("undefined", .undefined), ("none", .none), ("string", .string), ("mapping", .map),
      ("integer", .integer),
      ("number", .integer), ("boolean", .boolean), ("true", .boolean(true)), ("false", .boolean(false)),
      ("sequence", .list), ("sequence", .string), ("sequence", .map), ("iterable", .list),
      ("iterable", .string),
      ("iterable", .map), ("iterable", .undefined), ("sequence", .undefined):
      true
    case ("number", .boolean): true
    case ("defined", .undefined): false
    case ("defined", _): true
    default: false
    }
  }

  func method(
    _ name: String, of value: TemplateValue, _ arguments: [TemplateValue]
  ) throws(TemplateError) -> TemplateValue {
    var strings: [String] = []
    for case .string(let text) in arguments { strings.append(text) }
    switch (value, name, strings.count == arguments.count ? arguments.count : -1) {
    case (.string(let text), "startswith", 1): return .boolean(text.utf8.starts(with: strings[0].utf8))
    case (.string(let text), "endswith", 1):
      return .boolean(text.utf8.reversed().starts(with: strings[0].utf8.reversed()))
    case (.string(let text), "strip", 0...1), (.string(let text), "lstrip", 0...1),
      (.string(let text), "rstrip", 0...1):
      let set = strings.first.map { Set($0.unicodeScalars) }
      return .string(
        text.trimmed(start: name != "rstrip", end: name != "lstrip") {
          set?.contains($0) ?? $0.isSpaceInPython
        })
    case (.string(let text), "upper", 0): return .string(text.uppercased())
    case (.string(let text), "lower", 0): return .string(text.lowercased())
    case (.string(let text), "split", 1) where !strings[0].isEmpty:
      return .list(text.parts(between: strings[0]).map { .string($0) })
    case (.map(let members), "items", 0): return .list(members.map { .list([.string($0.name), $0.value]) })
    default: throw error("the method '\(name)' of \(value.kind), as it is called, is not supported")
    }
  }
}

extension String {
  fileprivate func trimmed(
    start: Bool = true, end: Bool = true, _ isTrimmed: (Unicode.Scalar) -> Bool
  ) -> String {
    var rest = unicodeScalars[...]
    if start { rest = rest.drop(while: isTrimmed) }
    while end, let last = rest.last, isTrimmed(last) { rest.removeLast() }
    return String(rest)
  }

  /// Python's `part in self`, byte by byte.
  fileprivate func contains(bytesOf part: String) -> Bool { part.isEmpty || parts(between: part).count > 1 }

  /// Python's `split(separator)`, byte by byte.
  fileprivate func parts(between separator: String) -> [String] {
    let (bytes, wanted) = (Array(utf8), Array(separator.utf8))
    var parts: [String] = []
    var start = 0
    var at = 0
    while at + wanted.count <= bytes.count {
      if bytes[at...].starts(with: wanted) {
        parts.append(String(decoding: bytes[start..<at], as: UTF8.self))
        at += wanted.count
        start = at
      } else {
        at += 1
      }
    }
    return parts + [String(decoding: bytes[start...], as: UTF8.self)]
  }
}

extension Unicode.Scalar {
  /// `str.isspace`: Unicode's white space, and four separators of ASCII.
  fileprivate var isSpaceInPython: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }
}
