/// The parser of statements.
struct TemplateParser {
  private let parts: [TemplateTokens.Part]
  private var at = 0
  private var depth = 0

  private static let maximumDepth = 32

  static func parse(_ template: String) throws(TemplateError) -> [TemplateNode] {
    var parser = TemplateParser(parts: try TemplateTokens(template).parts)
    let (nodes, end) = try parser.body(until: [])
    precondition(end == nil, "a body without an end stops with the template")
    return nodes
  }

  private init(parts: [TemplateTokens.Part]) { self.parts = parts }

  /// The statement that ended a body, its name taken.
  private struct End {
    let name: String
    var tag: TemplateExpressionParser
  }

  /// Nodes up to one of `ends`, or the whole rest for none.
  private mutating func body(until ends: [String]) throws(TemplateError) -> ([TemplateNode], End?) {
    var nodes: [TemplateNode] = []
    var line = 1
    depth += 1
    defer { depth -= 1 }
    while at < parts.count {
      let part = parts[at]
      at += 1
      switch part {
      case .text(let text): nodes.append(.text(text))
      case .output(let tokens, let first):
        var tag = TemplateExpressionParser(tokens, line: first)
        nodes.append(.output(try tag.expression(), line: first))
        try tag.expectEnd()
      case .statement(let tokens, let first):
        line = first
        var tag = TemplateExpressionParser(tokens, line: first)
        let name = try tag.name()
        if ends.contains(name) { return (nodes, End(name: name, tag: tag)) }
        guard depth <= TemplateParser.maximumDepth else {
          throw tag.error("statements are nested too deeply")
        }
        nodes.append(try statement(name, tag))
      }
    }
    if let missing = ends.last { throw TemplateError(line: line, what: "'\(missing)' is missing") }
    return (nodes, nil)
  }

  /// A body that must have an end.
  private mutating func closedBody(_ ends: [String]) throws(TemplateError) -> ([TemplateNode], End) {
    let (nodes, end) = try body(until: ends)
    guard let end else { throw TemplateError(line: 1, what: "'\(ends.last ?? "")' is missing") }
    return (nodes, end)
  }

  private mutating func statement(
    _ name: String, _ tag: TemplateExpressionParser
  ) throws(TemplateError) -> TemplateNode {
    switch name {
    case "if": return try condition(tag)
    case "for": return try loop(tag)
    case "set": return try assignment(tag)
    default: throw tag.error("the statement '\(name)' is not supported")
    }
  }

  private mutating func condition(_ tag: TemplateExpressionParser) throws(TemplateError) -> TemplateNode {
    var tag = tag
    let line = tag.line
    var branches: [(TemplateExpression, [TemplateNode])] = []
    while true {
      let test = try tag.expression()
      try tag.expectEnd()
      var (nodes, end) = try closedBody(["elif", "else", "endif"])
      branches.append((test, nodes))
      if end.name == "elif" {
        tag = end.tag
        continue
      }
      try end.tag.expectEnd()
      var otherwise: [TemplateNode] = []
      if end.name == "else" {
        (otherwise, end) = try closedBody(["endif"])
        try end.tag.expectEnd()
      }
      return .condition(branches, otherwise: otherwise, line: line)
    }
  }

  private mutating func loop(_ tag: TemplateExpressionParser) throws(TemplateError) -> TemplateNode {
    var tag = tag
    var names = [try tag.name()]
    while tag.take(",") { names.append(try tag.name()) }
    guard tag.takeName("in") else { throw tag.error("'in' is missing") }
    let sequence = try tag.expression(conditional: false)
    let filter = tag.takeName("if") ? try tag.expression() : nil
    try tag.expectEnd()
    var (nodes, end) = try closedBody(["else", "endfor"])
    try end.tag.expectEnd()
    var otherwise: [TemplateNode] = []
    if end.name == "else" {
      (otherwise, end) = try closedBody(["endfor"])
      try end.tag.expectEnd()
    }
    return .loop(
      names: names, over: sequence, filter: filter, body: nodes, otherwise: otherwise, line: tag.line)
  }

  private mutating func assignment(_ tag: TemplateExpressionParser) throws(TemplateError) -> TemplateNode {
    var tag = tag
    let name = try tag.name()
    let member = tag.take(".") ? try tag.name() : nil
    guard tag.take("=") else { throw tag.error("only 'set NAME = VALUE' is supported") }
    let value = try tag.expression()
    try tag.expectEnd()
    return .assignment(name: name, member: member, value, line: tag.line)
  }
}
