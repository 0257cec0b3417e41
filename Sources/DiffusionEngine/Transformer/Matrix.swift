/// A dense row-major block of single-precision numbers.
struct Matrix: Sendable {
  let rows: Int
  let columns: Int
  var values: [Float]

  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    values = [Float](repeating: 0, count: rows * columns)
  }

  init(rows: Int, columns: Int, values: [Float]) {
    precondition(values.count == rows * columns, "a matrix of other size than its values")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// Where row `row` lies in `values`.
  func range(ofRow row: Int) -> Range<Int> { row * columns..<(row + 1) * columns }

  /// Row `rows[i]` of `other` becomes row i.
  mutating func copyRows(_ rows: some RandomAccessCollection<Int>, of other: Matrix) {
    precondition(rows.count == self.rows && columns == other.columns, "shapes differ")
    for (target, row) in rows.enumerated() {
      values.replaceSubrange(range(ofRow: target), with: other.values[other.range(ofRow: row)])
    }
  }
}
