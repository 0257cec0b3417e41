import JSON

/// What a file of packed weights holds, in order: the matrices, each at a multiple of ``PackedHeader/alignment``
/// bytes because the length of every packed matrix is one, then the vectors.
struct PackedLayout: Sendable {
  let matrices: [NetworkTensors.Matrix]
  let vectors: [NetworkTensors.Vector]
  private let entries: [JSONObject.Member]
  /// Of all tensors together.
  let byteCount: Int

  /// - Throws: an error that names the tensor when one is absent or of another shape.
  init(_ checkpoint: Checkpoint, _ packing: WeightPacking) throws(EngineError) {
    let configuration = checkpoint.configuration
    let tensors = NetworkTensors(configuration, configuration.architecture.tensors)
    var (matrices, vectors): ([NetworkTensors.Matrix], [NetworkTensors.Vector]) = ([], [])
    func add(_ found: [NetworkTensors.Matrix]) throws(EngineError) {
      for matrix in found { try checkpoint.table.check(matrix.name, shape: [matrix.rows, matrix.columns]) }
      matrices += found
    }
    func add(_ found: [NetworkTensors.Vector]) throws(EngineError) {
      for vector in found { try checkpoint.table.check(vector.name, shape: [vector.count]) }
      vectors += found
    }
    try add([tensors.embedding])
    for index in 0..<configuration.layerCount {
      let layer = tensors.layer(index)
      try add(layer.matrices)
      try add(layer.vectors)
    }
    try add([tensors.finalNorm])
    if let head = tensors.head { try add([head]) }

    var entries: [JSONObject.Member] = []
    var end = 0
    func place(_ name: String, _ type: ElementType, _ shape: [Int]) {
      let start = end
      end += shape.reduce(type.width, *)
      let entry: JSONValue = [
        "dtype": .string(type.rawValue), "shape": .array(shape.map { JSONValue($0) }),
        "data_offsets": [JSONValue(start), JSONValue(end)],
      ]
      entries.append(.init(name: name, value: entry))
    }
    for matrix in matrices {
      let form = packing.form(matrix.role)
      precondition(end.isMultiple(of: PackedHeader.alignment), "a packed matrix of an odd length")
      place(matrix.name, form.type, form.shape(matrix.rows, matrix.columns))
    }
    for vector in vectors { place(vector.name, .float32, [vector.count]) }
    (self.matrices, self.vectors, self.entries, byteCount) = (matrices, vectors, entries, end)
  }

  /// The beginning of the file up to its data, which it aligns.
  func header(_ header: PackedHeader) -> [UInt8] {
    let metadata = JSONObject.Member(name: "__metadata__", value: header.metadata)
    var text = JSONValue.object(JSONObject([metadata] + entries)).serialized()
    while !(8 + text.count).isMultiple(of: PackedHeader.alignment) { text.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
  }
}
