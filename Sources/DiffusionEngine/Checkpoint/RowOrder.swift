/// The order of the rows of a matrix whose output is rotated.
///
/// ``RotaryTable`` turns row i of a head with row i + d/2. Where llama.cpp turns neighbours instead (its
/// `llada`), its converter has put the rows of a head in the order 0, d/2, 1, d/2 + 1, ...
enum RowOrder {
  /// - Parameter values: [heads * headSize, columns], neighbours belonging together.
  /// - Returns: the same rows, the halves of a head belonging together.
  static func halves(ofNeighbours values: [Float], headSize: Int, columns: Int) -> [Float] {
    precondition(
      headSize.isMultiple(of: 2) && values.count.isMultiple(of: headSize * columns), "no whole heads")
    var out: [Float] = []
    out.reserveCapacity(values.count)
    for head in stride(from: 0, to: values.count, by: headSize * columns) {
      for first in 0..<2 {
        for row in stride(from: first, to: headSize, by: 2) {
          out += values[head + row * columns..<head + (row + 1) * columns]
        }
      }
    }
    return out
  }
}
