/// The parser of expressions: Jinja2's precedences (`jinja2/parser.py`).
struct TemplateExpressionParser {
  private let tokens: [TemplateTokens.Token]
  private var at = 0
  private var depth = 0
  let line: Int

  init(_ tokens: [TemplateTokens.Token], line: Int) {
    self.tokens = tokens
    self.line = line
  }

  private static let maximumDepth = 64

  func error(_ what: String) -> TemplateError { TemplateError(line: line, what: what) }

  private var next: TemplateTokens.Token? { at < tokens.count ? tokens[at] : nil }

  mutating func take(_ symbol: String) -> Bool {
    guard next == .symbol(symbol) else { return false }
    at += 1
    return true
  }

  mutating func takeName(_ name: String) -> Bool {
    guard next == .name(name) else { return false }
    at += 1
    return true
  }

  mutating func name() throws(TemplateError) -> String {
    guard case .name(let name) = next else { throw unexpected("a name") }
    at += 1
    return name
  }

  mutating func expect(_ symbol: String) throws(TemplateError) {
    if !take(symbol) { throw unexpected("'\(symbol)'") }
  }

  func expectEnd() throws(TemplateError) {
    if next != nil { throw unexpected("the end of the tag") }
  }

  private func unexpected(_ wanted: String) -> TemplateError {
    switch next {
    case .name(let name): error("'\(name)' where \(wanted) belongs")
    case .symbol(let symbol): error("'\(symbol)' where \(wanted) belongs")
    case .string, .integer: error("a literal where \(wanted) belongs")
    case nil: error("the tag ends where \(wanted) belongs")
    }
  }

  /// A whole expression.
  ///
  /// - Parameter conditional: whether `a if b` may follow; the filter of a loop must not be taken for it.
  mutating func expression(conditional: Bool = true) throws(TemplateError) -> TemplateExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= TemplateExpressionParser.maximumDepth else {
      throw error("expressions are nested too deeply")
    }
    let value = try disjunction()
    guard conditional, takeName("if") else { return value }
    let condition = try disjunction()
    let otherwise = takeName("else") ? try expression() : nil
    return .choice(value, condition: condition, otherwise: otherwise)
  }

  private mutating func disjunction() throws(TemplateError) -> TemplateExpression {
    var left = try conjunction()
    while takeName("or") { left = .or(left, try conjunction()) }
    return left
  }

  private mutating func conjunction() throws(TemplateError) -> TemplateExpression {
    var left = try negation()
    while takeName("and") { left = .and(left, try negation()) }
    return left
  }

  private mutating func negation() throws(TemplateError) -> TemplateExpression {
    var count = 0
    while takeName("not") { count += 1 }
    var value = try comparison()
    // Twice at the most: not not x is a boolean, x may be another value.
    for _ in 0..<(count < 2 ? count : 2 - count % 2) { value = .not(value) }
    return value
  }

  private mutating func comparison() throws(TemplateError) -> TemplateExpression {
    let first = try sum()
    var rest: [(String, TemplateExpression)] = []
    while true {
      if let symbol = ["==", "!=", "<=", ">=", "<", ">"].first(where: { next == .symbol($0) }) {
        at += 1
        rest.append((symbol, try sum()))
      } else if takeName("in") {
        rest.append(("in", try sum()))
      } else if next == .name("not"), at + 1 < tokens.count, tokens[at + 1] == .name("in") {
        at += 2
        rest.append(("not in", try sum()))
      } else {
        return rest.isEmpty ? first : .comparison(first, rest)
      }
    }
  }

  private mutating func sum() throws(TemplateError) -> TemplateExpression {
    try chain(["+", "-"]) { (parser) throws(TemplateError) in
      try parser.chain(["~"]) { (parser) throws(TemplateError) in
        try parser.chain(["*", "//", "/", "%"]) { (parser) throws(TemplateError) in try parser.unary() }
      }
    }
  }

  private mutating func chain(
    _ symbols: [String],
    _ operand: (inout TemplateExpressionParser) throws(TemplateError) -> TemplateExpression
  ) throws(TemplateError) -> TemplateExpression {
    var left = try operand(&self)
    while let symbol = symbols.first(where: { next == .symbol($0) }) {
      at += 1
      left = .arithmetic(left, symbol, try operand(&self))
    }
    return left
  }

  private mutating func unary() throws(TemplateError) -> TemplateExpression {
    if take("-") { return .negative(try filters(of: postfix(of: primary()))) }
    return try filters(of: postfix(of: primary()))
  }

  private mutating func primary() throws(TemplateError) -> TemplateExpression {
    switch next {
    case .integer(let value):
      at += 1
      if next == .symbol(".") { throw error("a number with a fraction is not supported") }
      return .literal(.integer(value))
    case .string:
      var text = ""
      // Neighbours are joined, as in Python.
      while case .string(let piece) = next {
        at += 1
        text += piece
      }
      return .literal(.string(text))
    case .name(let name):
      at += 1
      switch name {
      case "true", "True": return .literal(.boolean(true))
      case "false", "False": return .literal(.boolean(false))
      case "none", "None": return .literal(.none)
      case "if", "else", "and", "or", "in", "is", "not":
        at -= 1
        throw unexpected("a value")
      default: return .name(name)
      }
    case .symbol("("):
      at += 1
      let value = try expression()
      if next == .symbol(",") { throw error("tuples are not supported") }
      try expect(")")
      return value
    case .symbol("["):
      at += 1
      return .list(try arguments(until: "]").positional)
    case .symbol("{"):
      at += 1
      var members: [(TemplateExpression, TemplateExpression)] = []
      while !take("}") {
        let key = try expression()
        try expect(":")
        members.append((key, try expression()))
        if next != .symbol("}") { try expect(",") }
      }
      return .map(members)
    default: throw unexpected("a value")
    }
  }

  private mutating func postfix(of value: TemplateExpression) throws(TemplateError) -> TemplateExpression {
    var value = value
    while true {
      if take(".") {
        value = .member(value, try name())
      } else if take("[") {
        value = try subscripted(value)
      } else if take("(") {
        let (positional, named) = try arguments(until: ")")
        value = .call(value, positional, named: named)
      } else {
        return value
      }
    }
  }

  private mutating func subscripted(_ value: TemplateExpression) throws(TemplateError) -> TemplateExpression {
    var bounds: [TemplateExpression?] = []
    while true {
      bounds.append(next == .symbol(":") || next == .symbol("]") ? nil : try expression())
      if take("]") { break }
      try expect(":")
    }
    if bounds.count == 1 {
      guard let index = bounds[0] else { throw error("an index is missing") }
      return .item(value, index)
    }
    guard bounds.count <= 3 else { throw error("a slice has too many parts") }
    return .slice(value, bounds[0], bounds[1], bounds.count > 2 ? bounds[2] : nil)
  }

  private mutating func arguments(
    until close: String
  ) throws(TemplateError) -> (positional: [TemplateExpression], named: [(String, TemplateExpression)]) {
    var positional: [TemplateExpression] = []
    var named: [(String, TemplateExpression)] = []
    while !take(close) {
      if case .name(let name) = next, at + 1 < tokens.count, tokens[at + 1] == .symbol("="), close == ")" {
        at += 2
        named.append((name, try expression()))
      } else {
        positional.append(try expression())
      }
      if next != .symbol(close) { try expect(",") }
    }
    return (positional, named)
  }

  private mutating func filters(of value: TemplateExpression) throws(TemplateError) -> TemplateExpression {
    var value = value
    while true {
      if take("|") {
        let filter = try name()
        guard TemplateInterpreter.filters.contains(filter) else {
          throw error("the filter '\(filter)' is not supported")
        }
        let (positional, named) = take("(") ? try arguments(until: ")") : ([], [])
        guard named.isEmpty else {
          throw error("named arguments of the filter '\(filter)' are not supported")
        }
        value = try postfix(of: .filter(value, filter, positional))
      } else if takeName("is") {
        let negated = takeName("not")
        let test = try name()
        guard TemplateInterpreter.tests.contains(test) else {
          throw error("the test '\(test)' is not supported")
        }
        value = negated ? .not(.test(value, test)) : .test(value, test)
      } else {
        return value
      }
    }
  }
}
