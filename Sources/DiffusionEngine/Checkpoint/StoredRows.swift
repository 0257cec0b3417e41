/// A matrix of which only some rows are ever wanted, an embedding, read where the checkpoint has it: held, it would be
/// a ninth of a 7B model in int8.
struct StoredRows: Sendable {
  let rows: Int
  let columns: Int
  private let file: MappedFile
  private let range: Range<Int>

  /// - Parameter range: of rows * columns bf16 numbers.
  init(_ file: MappedFile, _ range: Range<Int>, rows: Int, columns: Int) {
    precondition(range.count == rows * columns * ElementType.bfloat16.width, "rows of another size")
    (self.file, self.range, self.rows, self.columns) = (file, range, rows, columns)
  }

  /// Widens row `row` to row `target` of `out`.
  func copyRow(_ row: Int, to target: Int, of out: inout Matrix) {
    precondition(row >= 0 && row < rows && out.columns == columns, "no such row")
    let size = columns * ElementType.bfloat16.width
    let start = range.lowerBound + row * size
    let values = file.withBytes(start..<start + size) { ElementType.bfloat16.widened($0) }
    out.values.replaceSubrange(out.range(ofRow: target), with: values)
  }
}
