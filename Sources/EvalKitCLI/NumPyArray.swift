/// Single-precision numbers as a NumPy file.
///
/// Source: numpy.lib.format, version 1.0: magic, length of the header, a Python dictionary padded so that the
/// numbers begin at a multiple of 64, then the numbers, little-endian, row after row.
enum NumPyArray {
  /// - Parameter values: [rows, columns].
  static func file(_ values: [Float], rows: Int, columns: Int) -> [UInt8] {
    precondition(values.count == rows * columns, "another shape")
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    let before = 10
    let padding = 63 - (before + header.utf8.count) % 64
    header += String(repeating: " ", count: padding) + "\n"
    var out: [UInt8] = [0x93] + "NUMPY".utf8 + [1, 0]
    out += [UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)] + header.utf8
    out.reserveCapacity(out.count + 4 * values.count)
    for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { out += $0 } }
    return out
  }
}
