/// Where a matrix stands in the network, as far as its storage depends on it.
enum MatrixRole: Sendable {
  /// Embedding and head, one matrix when they are tied.
  case vocabulary
  /// The projections of attention, gate and up.
  case inner
  /// The projection back from the intermediate size: its input has outliers that one scale a row cannot cover.
  case down
}

/// The tensors that a configuration asks for, by their place in the network: names and shapes, nothing read.
///
/// Shapes in terms of hidden H, heads A x d, key-value heads K x d, intermediate F, vocabulary V.
struct NetworkTensors: Sendable {
  /// A matrix, [rows, columns].
  struct Matrix: Sendable {
    let name: String
    let rows: Int
    let columns: Int
    var role = MatrixRole.inner
    /// For matrices whose output is rotated head by head; see ``RowOrder``.
    var headSize: Int?
  }

  struct Vector: Sendable {
    let name: String
    let count: Int
  }

  struct Layer: Sendable {
    let inputNorm: Vector  // [H]
    let query: Matrix  // [A d, H]
    let queryBias: Vector?  // [A d]
    let key: Matrix  // [K d, H]
    let keyBias: Vector?  // [K d]
    let value: Matrix  // [K d, H]
    let valueBias: Vector?  // [K d]
    let queryNorm: Vector?  // [d]
    let keyNorm: Vector?  // [d]
    let output: Matrix  // [H, A d]
    let postNorm: Vector  // [H]
    let gate: Matrix  // [F, H]
    let up: Matrix  // [F, H]
    let down: Matrix  // [H, F]

    var matrices: [Matrix] { [query, key, value, output, gate, up, down] }

    var vectors: [Vector] {
      [inputNorm, queryBias, keyBias, valueBias, queryNorm, keyNorm, postNorm].compactMap { $0 }
    }
  }

  private let configuration: ModelConfiguration
  private let names: TensorNames

  init(_ configuration: ModelConfiguration, _ names: TensorNames) {
    self.configuration = configuration
    self.names = names
  }

  /// [V, H]
  var embedding: Matrix { vocabulary(names.embedding) }

  /// [H]
  var finalNorm: Vector { Vector(name: names.finalNorm, count: configuration.hiddenSize) }

  /// [V, H]; `nil` when it is the embedding.
  var head: Matrix? { configuration.tiesEmbeddings ? nil : vocabulary(names.head) }

  private func vocabulary(_ name: String) -> Matrix {
    Matrix(
      name: name, rows: configuration.vocabularySize, columns: configuration.hiddenSize, role: .vocabulary)
  }

  /// Those of layer `index`; made when asked for, since a configuration may claim any number of layers.
  func layer(_ index: Int) -> Layer {
    let (hidden, inner) = (configuration.hiddenSize, configuration.intermediateSize)
    let size = configuration.headSize
    let (queries, keys) = (configuration.headCount * size, configuration.keyValueHeadCount * size)
    let architecture = configuration.architecture
    func matrix(
      _ part: String, _ rows: Int, _ columns: Int, _ role: MatrixRole = .inner, rotatedBy headSize: Int? = nil
    ) -> Matrix {
      Matrix(name: names.weight(index, part), rows: rows, columns: columns, role: role, headSize: headSize)
    }
    func norm(_ part: String, _ count: Int) -> Vector {
      Vector(name: names.weight(index, part), count: count)
    }
    func bias(_ part: String, _ count: Int) -> Vector? {
      architecture.hasAttentionBias ? Vector(name: names.bias(index, part), count: count) : nil
    }
    return Layer(
      inputNorm: norm(names.inputNorm, hidden),
      query: matrix(names.query, queries, hidden, rotatedBy: size), queryBias: bias(names.query, queries),
      key: matrix(names.key, keys, hidden, rotatedBy: size), keyBias: bias(names.key, keys),
      value: matrix(names.value, keys, hidden), valueBias: bias(names.value, keys),
      queryNorm: architecture.normalizesHeads ? norm(names.queryNorm, size) : nil,
      keyNorm: architecture.normalizesHeads ? norm(names.keyNorm, size) : nil,
      output: matrix(names.output, hidden, queries), postNorm: norm(names.postNorm, hidden),
      gate: matrix(names.gate, inner, hidden), up: matrix(names.up, inner, hidden),
      down: matrix(names.down, hidden, inner, .down))
  }
}
