import JSON

/// One value of a GGUF file's metadata.
enum GGUFValue: Sendable, Equatable {
  /// The type numbers of the format.
  enum Kind: UInt32, Sendable {
    case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

    /// Bytes of one value; for texts and arrays of an empty one.
    var leastWidth: Int {
      switch self {
      case .uint8, .int8, .bool: 1
      case .uint16, .int16: 2
      case .uint32, .int32, .float32: 4
      case .uint64, .int64, .float64, .string: 8
      case .array: 12
      }
    }
  }

  /// An array, left in the file: vocabularies have hundreds of thousands of texts.
  struct List: Sendable, Equatable {
    /// What it holds.
    let kind: Kind
    let count: Int
    /// Where its elements lie in the file; checked to the last text.
    let range: Range<Int>
  }

  case integer(Int64)
  /// A uint64 above Int64's range: no size or id is.
  case huge(UInt64)
  case number(Double)
  case flag(Bool)
  case text(String)
  case array(List)

  init(unsigned value: UInt64) {
    self = Int64(exactly: value).map { .integer($0) } ?? .huge(value)
  }

  /// The value as JSON would state it, so that one set of checks serves both kinds of checkpoint.
  var json: JSONValue {
    switch self {
    case .integer(let value): .integer(value)
    case .huge(let value): .double(Double(value))
    case .number(let value): .double(value)
    case .flag(let value): .bool(value)
    case .text(let value): .string(value)
    case .array: .array([])
    }
  }
}
