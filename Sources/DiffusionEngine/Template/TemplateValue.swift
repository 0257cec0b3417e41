/// A value of a template: those of Python that chat templates work with.
enum TemplateValue: Equatable {
  /// A name or member that does not exist; written as nothing, and false.
  case undefined(String)
  case none
  case boolean(Bool)
  case integer(Int)
  case string(String)
  case list([TemplateValue])
  case map([Member])
  case namespace(Namespace)

  struct Member: Equatable {
    let name: String
    let value: TemplateValue
  }

  /// `namespace()`: the one thing that a loop can change for what comes after it.
  final class Namespace: Equatable {
    var members: [String: TemplateValue] = [:]

    static func == (left: Namespace, right: Namespace) -> Bool { left === right }
  }

  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .boolean(let value): value
    case .integer(let value): value != 0
    case .string(let text): !text.isEmpty
    case .list(let elements): !elements.isEmpty
    case .map(let members): !members.isEmpty
    case .namespace: true
    }
  }

  /// For errors.
  var kind: String {
    switch self {
    case .undefined(let name): "'\(name)', which is undefined,"
    case .none: "none"
    case .boolean: "a boolean"
    case .integer: "an integer"
    case .string: "a string"
    case .list: "a list"
    case .map: "a mapping"
    case .namespace: "a namespace"
    }
  }

  /// As `{{ }}` writes it; `nil` for what only Python's `repr` would spell.
  var text: String? {
    switch self {
    case .undefined: ""
    case .none: "None"
    case .boolean(let value): value ? "True" : "False"
    case .integer(let value): "\(value)"
    case .string(let text): text
    case .list, .map, .namespace: nil
    }
  }

  /// Bytes or elements that an operation may have to look at.
  var size: Int {
    switch self {
    case .string(let text): text.utf8.count
    case .list(let elements): elements.count
    case .map(let members): members.count
    default: 1
    }
  }

  /// `json.dumps(value, ensure_ascii=False)`; `nil` for what is no JSON, or too much of it.
  var json: String? {
    var out = ""
    return writeJSON(to: &out) ? out : nil
  }

  private static let longestJSON = 1 << 22

  private func writeJSON(to out: inout String) -> Bool {
    guard out.utf8.count <= TemplateValue.longestJSON else { return false }
    switch self {
    case .undefined, .namespace: return false
    case .none: out += "null"
    case .boolean(let value): out += value ? "true" : "false"
    case .integer(let value): out += "\(value)"
    case .string(let text): out += TemplateValue.quoted(text)
    case .list(let elements):
      out += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { out += ", " }
        guard element.writeJSON(to: &out) else { return false }
      }
      out += "]"
    case .map(let members):
      out += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { out += ", " }
        out += TemplateValue.quoted(member.name) + ": "
        guard member.value.writeJSON(to: &out) else { return false }
      }
      out += "}"
    }
    return true
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case "\u{8}": out += "\\b"
      case "\u{C}": out += "\\f"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }

  subscript(name: String) -> TemplateValue? {
    switch self {
    case .map(let members): members.last { $0.name == name }?.value
    case .namespace(let space): space.members[name]
    default: nil
    }
  }
}
