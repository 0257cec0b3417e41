import EngineKernels

/// Which positions the queries of a canvas stand at, and how many positions each sees, from the first on.
struct Sight {
  let places: [UInt32]
  let visible: [UInt32]

  /// - Parameters:
  ///   - places: where the queries stand; `nil` for every position.
  ///   - positions: length of the canvas.
  ///   - isCausal: whether a query sees no later position.
  ///   - block: whether, instead, it sees no later block of this many positions.
  init(places: [Int]? = nil, positions: Int, isCausal: Bool, block: Int? = nil) {
    precondition(places?.allSatisfy { $0 >= 0 && $0 < positions } ?? true, "a query outside of the canvas")
    self.places = places?.map { UInt32($0) } ?? (0..<UInt32(positions)).map { $0 }
    let last = UInt32(positions)
    visible = self.places.map { place in
      if isCausal { return place + 1 }
      return block.map { min((place / UInt32($0) + 1) * UInt32($0), last) } ?? last
    }
  }
}

/// How the columns of queries, keys and values divide into heads; query head j reads key-value head
/// j / (count / shared).
struct Heads {
  /// Heads of the queries, A.
  let count: Int
  /// Heads of keys and values, K.
  let shared: Int
  /// Columns of each, d.
  let size: Int
  /// What queries and keys are multiplied with once they are divided by the root of their mean square, head by head
  /// (Qwen3), [d].
  var queryNorm: [Float]?
  var keyNorm: [Float]?
  var epsilon: Float = 0
}

extension LayerArithmetic {
  /// out = softmax(q kᵀ / √d) v, head by head, with queries and keys normalised and rotated first.
  ///
  /// - Parameters:
  ///   - query: [n, A d].
  ///   - key: [N, K d], like `value`.
  ///   - isSingle: whether everything is computed in single precision, not in bf16.
  ///   - out: [n, A d].
  func attend(
    _ query: Matrix, _ sight: Sight, key: Matrix, value: Matrix, _ rotary: RotaryTable, _ heads: Heads,
    isSingle: Bool, into out: inout Matrix
  ) {
    let size = heads.size
    precondition(size.isMultiple(of: 2) && heads.count.isMultiple(of: heads.shared), "no whole heads")
    precondition(query.columns == heads.count * size && out.columns == query.columns, "shapes differ")
    precondition(key.columns == heads.shared * size, "shapes differ")
    precondition(key.columns == value.columns && key.rows == value.rows, "shapes differ")
    precondition(query.rows == out.rows && sight.places.count == query.rows, "one position for each query")
    precondition(key.rows <= rotary.positions && rotary.headSize == size, "no such position")
    precondition(
      sight.visible.allSatisfy { $0 >= 1 && $0 <= key.rows }, "a query that sees nothing, or too much")
    precondition(sight.places.allSatisfy { $0 < rotary.positions }, "no such position")
    precondition(
      [heads.queryNorm, heads.keyNorm].allSatisfy { ($0?.count ?? size) == size }, "shapes differ")
    guard query.rows > 0 else { return }
    let done = query.values.withUnsafeBufferPointer { query in
      key.values.withUnsafeBufferPointer { key in
        value.values.withUnsafeBufferPointer { value in
          sight.places.withUnsafeBufferPointer { places in
            sight.visible.withUnsafeBufferPointer { visible in
              rotary.withTables { cosines, sines in
                heads.queryNorm.withPointer { queryNorm in
                  heads.keyNorm.withPointer { keyNorm in
                    out.values.withUnsafeMutableBufferPointer { out in
                      var what = ek_attention(
                        single: isSingle, heads: heads.count, shared: heads.shared, head_size: size,
                        positions: key.count / (heads.shared * size), count: places.count,
                        query: query.baseAddress, key: key.baseAddress, value: value.baseAddress,
                        places: places.baseAddress, visible: visible.baseAddress, cosines: cosines,
                        sines: sines,
                        query_norm: queryNorm, key_norm: keyNorm, epsilon: heads.epsilon, out: out.baseAddress
                      )
                      return ek_attend(pool.instructions.path, pool.handle, &what)
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    precondition(done, "out of memory")
  }
}
