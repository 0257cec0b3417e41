import EngineKernels

/// What a layer is computed with: products of an operand with weights, attention, and what lies between.
///
/// In single precision products are OpenBLAS's; everything else is `EngineKernels`', on the threads of `pool`.
/// Pointers do not leave this file and ``Operand``; every function asserts the shapes first.
struct LayerArithmetic: Sendable {
  let pool: KernelPool

  private var path: ek_path { pool.instructions.path }

  /// The rows of `x` as an operand; with `norm`, each is first divided by the root of its mean square and multiplied
  /// with it (DreamRMSNorm).
  func fill(_ operand: inout Operand, with x: Matrix, norm: [Float]? = nil, epsilon: Float = 0) {
    precondition(x.rows == operand.rows && x.columns == operand.columns, "shapes differ")
    precondition(norm.map { $0.count == x.columns } ?? true, "a norm of another width")
    guard x.rows > 0 else { return }
    switch operand.storage {
    case .single(var out):
      operand.storage = .single(Matrix(rows: 0, columns: 0))  // so that `out` is the only owner
      if let norm {
        normalize(x, norm, epsilon, into: &out)
      } else {
        out.values.replaceSubrange(0..<out.values.count, with: x.values)
      }
      operand.storage = .single(out)
    case .packed(let memory, var like):
      let done = x.values.withUnsafeBufferPointer { x in
        norm.withPointer { norm in
          ek_operand_fill(
            path, pool.handle, &like, x.baseAddress, operand.rows, norm, epsilon, memory.bytes.baseAddress)
        }
      }
      precondition(done, "out of memory")
    }
  }

  /// out = x / sqrt(mean(x²) + epsilon) * weight, row by row.
  func normalize(_ x: Matrix, _ weight: [Float], _ epsilon: Float, into out: inout Matrix) {
    precondition(x.rows == out.rows && x.columns == out.columns && weight.count == x.columns, "shapes differ")
    x.values.withUnsafeBufferPointer { x in
      weight.withUnsafeBufferPointer { weight in
        out.values.withUnsafeMutableBufferPointer { result in
          ek_normalize(
            path, pool.handle, x.baseAddress, out.rows, out.columns, weight.baseAddress, epsilon,
            result.baseAddress)
        }
      }
    }
  }

  /// out = x · Wᵀ + bias.
  ///
  /// - Parameter bias: a number for each row of `matrix`, or `nil`.
  func multiply(_ x: Operand, _ matrix: WeightMatrix, bias: [Float]? = nil, into out: inout Matrix) {
    product(x, [Factor(matrix, bias, adds: false)]) { body in
      out.withPart(of: x) { body([$0]) }
    }
  }

  /// Several products of one operand at once.
  func multiply(
    _ x: Operand, _ first: (WeightMatrix, bias: [Float]?), into a: inout Matrix,
    _ second: (WeightMatrix, bias: [Float]?), into b: inout Matrix
  ) {
    product(x, [first, second].map { Factor($0.0, $0.bias, adds: false) }) { body in
      a.withPart(of: x) { a in b.withPart(of: x) { b in body([a, b]) } }
    }
  }

  /// Several products of one operand at once.
  func multiply(
    _ x: Operand, _ first: (WeightMatrix, bias: [Float]?), into a: inout Matrix,
    _ second: (WeightMatrix, bias: [Float]?), into b: inout Matrix,
    _ third: (WeightMatrix, bias: [Float]?), into c: inout Matrix
  ) {
    product(x, [first, second, third].map { Factor($0.0, $0.bias, adds: false) }) { body in
      a.withPart(of: x) { a in b.withPart(of: x) { b in c.withPart(of: x) { c in body([a, b, c]) } } }
    }
  }

  /// out += x · Wᵀ.
  func add(_ x: Operand, _ matrix: WeightMatrix, to out: inout Matrix) {
    product(x, [Factor(matrix, nil, adds: true)]) { body in
      out.withPart(of: x) { body([$0]) }
    }
  }

  /// out = silu(x · gateᵀ) * (x · upᵀ).
  ///
  /// - Parameter out: an operand of the matrix that comes next; its columns are the rows of gate and up.
  func gate(_ x: Operand, _ gate: WeightMatrix, _ up: WeightMatrix, into out: inout Operand) {
    precondition(gate.rows == up.rows && out.columns == gate.rows && out.rows == x.rows, "shapes differ")
    precondition(x.columns == gate.columns && x.columns == up.columns, "inner dimensions differ")
    guard x.rows > 0 else { return }
    switch (x.storage, out.storage) {
    case (.single, .single(var values)):
      out.storage = .single(Matrix(rows: 0, columns: 0))
      var other = Matrix(rows: x.rows, columns: up.rows)
      multiply(x, gate, into: &values)
      multiply(x, up, into: &other)
      other.values.withUnsafeBufferPointer { other in
        values.values.withUnsafeMutableBufferPointer { values in
          ek_gate(path, pool.handle, values.baseAddress, other.baseAddress, x.rows, up.rows)
        }
      }
      out.storage = .single(values)
    case (.packed(let source, _), .packed(let target, var next)):
      guard var gate = gate.packed, var up = up.packed else { preconditionFailure("weights of two kinds") }
      let done = ek_gated_product(
        path, pool.handle, source.bytes.baseAddress, x.rows, &gate, &up, &next, target.bytes.baseAddress)
      precondition(done, "out of memory")
    default:
      preconditionFailure("operands of two kinds")
    }
  }

  // MARK: -

  private struct Factor {
    let matrix: WeightMatrix
    let bias: [Float]?
    let adds: Bool

    init(_ matrix: WeightMatrix, _ bias: [Float]?, adds: Bool) {
      precondition(bias.map { $0.count == matrix.rows } ?? true, "a bias of another size")
      (self.matrix, self.bias, self.adds) = (matrix, bias, adds)
    }
  }

  /// - Parameter outputs: calls its argument with where the products go, [x.rows, matrix.rows] each.
  private func product(
    _ x: Operand, _ factors: [Factor], _ outputs: (([UnsafeMutableBufferPointer<Float>]) -> Void) -> Void
  ) {
    precondition(factors.allSatisfy { $0.matrix.columns == x.columns }, "inner dimensions differ")
    guard x.rows > 0 else { return }
    outputs { outs in
      precondition(
        zip(factors, outs).allSatisfy { $1.count == x.rows * $0.matrix.rows }, "a product of another shape")
      switch x.storage {
      case .single(let values):
        for (factor, out) in zip(factors, outs) {
          guard let matrix = factor.matrix.single else { preconditionFailure("weights of another kind") }
          BLAS.multiplyByTransposed(values, matrix, bias: factor.bias, adds: factor.adds, into: out)
        }
      case .packed(let memory, _):
        let matrices = factors.map { factor in
          guard let matrix = factor.matrix.packed else { preconditionFailure("weights of another kind") }
          return matrix
        }
        let done = matrices.withUnsafeBufferPointer { matrices in
          withBiases(factors[...], []) { biases in
            var parts: [ek_part] = []
            for (index, factor) in factors.enumerated() {
              parts.append(
                ek_part(
                  matrix: matrices.baseAddress.map { $0 + index }, bias: biases[index],
                  out: outs[index].baseAddress, adds: factor.adds))
            }
            return ek_product(path, pool.handle, memory.bytes.baseAddress, x.rows, parts, parts.count)
          }
        }
        precondition(done, "out of memory")
      }
    }
  }

  private func withBiases(
    _ factors: ArraySlice<Factor>, _ found: [UnsafePointer<Float>?],
    _ body: ([UnsafePointer<Float>?]) -> Bool
  ) -> Bool {
    guard let first = factors.first else { return body(found) }
    return first.bias.withPointer { withBiases(factors.dropFirst(), found + [$0], body) }
  }
}

extension Matrix {
  /// Where the product of `x` goes.
  fileprivate mutating func withPart(of x: Operand, _ body: (UnsafeMutableBufferPointer<Float>) -> Void) {
    precondition(rows == x.rows, "the product has another shape")
    values.withUnsafeMutableBufferPointer { body($0) }
  }
}

extension Optional<[Float]> {
  /// The address of the numbers, if there are any.
  func withPointer<Result>(_ body: (UnsafePointer<Float>?) -> Result) -> Result {
    map { $0.withUnsafeBufferPointer { body($0.baseAddress) } } ?? body(nil)
  }
}
