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
}
