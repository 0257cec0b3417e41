/// Runs a parsed template.
///
/// Every operation costs a step for itself and one for each byte that it makes, so that a hostile template ends.
struct TemplateInterpreter {
  private var scopes: [[String: TemplateValue]]
  private var out = ""
  private var steps = 0
  var line = 1

  static let filters: Set = ["trim", "tojson", "length", "upper", "lower", "first", "last", "string"]
  static let tests: Set = [
    "defined", "undefined", "none", "string", "mapping", "sequence", "iterable", "integer", "number",
    "boolean",
    "true", "false",
  ]
  private static let maximumSteps = 2_000_000

  static func render(
    _ nodes: [TemplateNode], _ variables: [String: TemplateValue]
  ) throws(TemplateError) -> String {
    var interpreter = TemplateInterpreter(scopes: [variables])
    try interpreter.run(nodes)
    return interpreter.out
  }

  private init(scopes: [[String: TemplateValue]]) { self.scopes = scopes }

  func error(_ what: String) -> TemplateError { TemplateError(line: line, what: what) }

  private mutating func spend(_ count: Int) throws(TemplateError) {
    steps += count
    guard steps <= TemplateInterpreter.maximumSteps else { throw error("the template does too much") }
  }

  private mutating func run(_ nodes: [TemplateNode]) throws(TemplateError) {
    for node in nodes {
      try spend(1)
      switch node {
      case .text(let text): try write(text)
      case .output(let expression, let line):
        self.line = line
        let value = try evaluate(expression)
        guard let text = value.text else { throw error("writing \(value.kind) is not supported") }
        try write(text)
      case .condition(let branches, let otherwise, let line):
        var chosen = otherwise
        for (test, body) in branches {
          self.line = line
          if try evaluate(test).isTrue {
            chosen = body
            break
          }
        }
        try run(chosen)
      case .loop(let names, let sequence, let filter, let body, let otherwise, let line):
        self.line = line
        try loop(names, try evaluate(sequence), filter, body, otherwise)
      case .assignment(let name, let member, let expression, let line):
        self.line = line
        let value = try evaluate(expression)
        if let member {
          guard case .namespace(let space) = lookUp(name) else { throw error("'\(name)' is no namespace") }
          if case .namespace = value { throw error("a namespace in a namespace is not supported") }
          space.members[member] = value
        } else {
          scopes[scopes.count - 1][name] = value
        }
      }
    }
  }

  private mutating func write(_ text: String) throws(TemplateError) {
    try spend(text.utf8.count)
    out += text
  }

  private func lookUp(_ name: String) -> TemplateValue {
    scopes.reversed().lazy.compactMap { $0[name] }.first ?? .undefined(name)
  }

  private mutating func loop(
    _ names: [String], _ sequence: TemplateValue, _ filter: TemplateExpression?, _ body: [TemplateNode],
    _ otherwise: [TemplateNode]
  ) throws(TemplateError) {
    var elements: [[String: TemplateValue]] = []
    for element in try self.elements(of: sequence) {
      try spend(names.count)
      var scope: [String: TemplateValue] = [:]
      if names.count == 1 {
        scope[names[0]] = element
      } else {
        guard case .list(let parts) = element, parts.count == names.count else {
          throw error("\(element.kind) cannot be taken apart into \(names.count) names")
        }
        for (name, part) in zip(names, parts) { scope[name] = part }
      }
      if let filter {
        scopes.append(scope)
        let passes = try evaluate(filter).isTrue
        scopes.removeLast()
        if !passes { continue }
      }
      elements.append(scope)
    }
    if elements.isEmpty { return try run(otherwise) }
    for (index, element) in elements.enumerated() {
      var scope = element
      let facts: [(String, TemplateValue)] = [
        ("index", .integer(index + 1)), ("index0", .integer(index)), ("first", .boolean(index == 0)),
        ("last", .boolean(index == elements.count - 1)), ("length", .integer(elements.count)),
        ("revindex", .integer(elements.count - index)), ("revindex0", .integer(elements.count - index - 1)),
      ]
      scope["loop"] = .map(facts.map { .init(name: $0.0, value: $0.1) })
      scopes.append(scope)
      try run(body)
      scopes.removeLast()
    }
  }

  private mutating func elements(of value: TemplateValue) throws(TemplateError) -> [TemplateValue] {
    switch value {
    case .list(let elements): return elements
    case .map(let members): return members.map { .string($0.name) }
    case .string(let text):
      try spend(text.utf8.count)
      return text.unicodeScalars.map { .string(String($0)) }
    case .undefined(let name) where name != "": return []
    default: throw error("\(value.kind) has no elements")
    }
  }

  // MARK: Expressions

  private mutating func evaluate(_ expression: TemplateExpression) throws(TemplateError) -> TemplateValue {
    try spend(1)
    switch expression {
    case .literal(let value): return value
    case .list(let elements):
      var values: [TemplateValue] = []
      for element in elements { values.append(try scalar(evaluate(element))) }
      return .list(values)
    case .map(let pairs):
      var members: [TemplateValue.Member] = []
      for (key, value) in pairs {
        guard case .string(let name) = try evaluate(key) else { throw error("only strings name members") }
        members.append(.init(name: name, value: try scalar(evaluate(value))))
      }
      return .map(members)
    case .name(let name): return lookUp(name)
    case .member(let base, let name): return try member(name, of: evaluate(base))
    case .item(let base, let index):
      let value = try operand(base)
      switch try evaluate(index) {
      case .integer(let index): return try item(index, of: value)
      case .string(let name): return try member(name, of: value)
      case let other: throw error("\(other.kind) is no index")
      }
    case .slice(let base, let from, let to, let step):
      return try slice(operand(base), bound(from), bound(to), bound(step))
    case .call(let callee, let arguments, let named): return try call(callee, arguments, named)
    case .filter(let base, let name, let arguments):
      guard arguments.isEmpty else { throw error("arguments of the filter '\(name)' are not supported") }
      let value = try filter(name, operand(base))
      try spend(value.size)
      return value
    case .test(let base, let name): return .boolean(try test(name, evaluate(base)))
    case .negative(let operand):
      guard case .integer(let value) = try evaluate(operand) else {
        throw error("only integers have a negative")
      }
      return .integer(0 &- value)
    case .not(let operand): return .boolean(!(try evaluate(operand).isTrue))
    case .and(let left, let right):
      let value = try evaluate(left)
      return value.isTrue ? try evaluate(right) : value
    case .or(let left, let right):
      let value = try evaluate(left)
      return value.isTrue ? value : try evaluate(right)
    case .comparison(let first, let rest):
      var left = try operand(first)
      for (symbol, other) in rest {
        let right = try operand(other)
        if !(try compares(left, symbol, right)) { return .boolean(false) }
        left = right
      }
      return .boolean(true)
    case .arithmetic(let left, let symbol, let right):
      let value = try arithmetic(evaluate(left), symbol, evaluate(right))
      try spend(value.size)
      return value
    case .choice(let value, let condition, let otherwise):
      if try evaluate(condition).isTrue { return try evaluate(value) }
      guard let otherwise else { return .undefined("") }
      return try evaluate(otherwise)
    }
  }

  /// `value`, unless it has parts: built of such, values could grow without end, or contain themselves.
  private func scalar(_ value: TemplateValue) throws(TemplateError) -> TemplateValue {
    switch value {
    case .undefined, .none, .boolean, .integer, .string: return value
    case .list, .map, .namespace: throw error("\(value.kind) inside of another value is not supported")
    }
  }

  /// An operand, whose size is paid for: an operation may look at all of it.
  private mutating func operand(_ expression: TemplateExpression) throws(TemplateError) -> TemplateValue {
    let value = try evaluate(expression)
    try spend(value.size)
    return value
  }

  private mutating func bound(_ expression: TemplateExpression?) throws(TemplateError) -> Int? {
    guard let expression else { return nil }
    switch try evaluate(expression) {
    case .integer(let value): return value
    case .none: return nil
    case let other: throw error("\(other.kind) bounds no slice")
    }
  }

  private mutating func call(
    _ callee: TemplateExpression, _ arguments: [TemplateExpression], _ named: [(String, TemplateExpression)]
  ) throws(TemplateError) -> TemplateValue {
    var values: [TemplateValue] = []
    for argument in arguments { values.append(try evaluate(argument)) }
    switch callee {
    case .name("namespace") where arguments.isEmpty:
      let space = TemplateValue.Namespace()
      for (name, value) in named { space.members[name] = try scalar(evaluate(value)) }
      return .namespace(space)
    case .name("raise_exception"):
      throw error("the template refuses the conversation: \(values.first?.text ?? "")")
    case .name(let name): throw error("the function '\(name)' is not supported")
    case .member(let base, let method) where named.isEmpty:
      return try self.method(method, of: operand(base), values)
    default: throw error("this call is not supported")
    }
  }
}
