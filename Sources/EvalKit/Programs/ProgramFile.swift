import SystemPackage

#if canImport(Glibc)
  import Glibc
#endif

extension Program {
  /// A program of more bytes is a mistake: the largest published sample has a few thousand.
  public static let largestFile = 16 << 20

  /// Reads one program: a file, a pipe, or standard input for `-`.
  ///
  /// - Throws: ``EvalKitError`` (`data`) that says why there is no program: absent, a directory, not
  ///   permitted, empty, too large, or not UTF-8.
  public static func read(from path: String) throws(EvalKitError) -> (program: Program, text: String) {
    let name = path == "-" ? "standard input" : "'\(path)'"
    let bytes = try bytes(of: path, called: name)
    if bytes.allSatisfy({ $0 == 0x20 || (0x09...0x0D).contains($0) }) {
      throw EvalKitError(
        .data, "\(name) is empty", hint: "give the whole program, the prompt's imports included")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let line = bytes.prefix(validPrefix(of: bytes)).count { $0 == 0x0A } + 1
      throw EvalKitError(
        .data, "\(name) is not UTF-8 in line \(line)", hint: "iconv -f LATIN1 -t UTF-8, if that is what it is"
      )
    }
    return (Program(text: text), text)
  }

  private static func bytes(of path: String, called name: String) throws(EvalKitError) -> [UInt8] {
    do {
      if path == "-" { return try read(FileDescriptor.standardInput, name) }
      let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec])
      return try file.closeAfter { try read(file, name) }
    } catch let error as EvalKitError {
      throw error
    } catch Errno.noSuchFileOrDirectory, Errno.notDirectory {
      throw EvalKitError(
        .data, "there is no file \(name)", hint: "check the path, or give '-' for standard input")
    } catch Errno.isDirectory {
      throw EvalKitError(.data, "\(name) is a directory, not a program", hint: "name the .py file inside it")
    } catch Errno.permissionDenied, Errno.notPermitted {
      throw EvalKitError(
        .data, "no permission to read \(name)", hint: "chmod u+r \(name), or use another user")
    } catch {
      throw EvalKitError(.data, "cannot read \(name)", cause: "\(error)")
    }
  }

  private static func read(_ file: FileDescriptor, _ name: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try chunk.withUnsafeMutableBytes { try file.read(into: $0) }
      if count == 0 { return bytes }
      guard bytes.count + count <= largestFile else {
        throw EvalKitError(
          .data, "\(name) has more than \(largestFile >> 20) MiB",
          hint: "give one program; 'evalkit score' takes many")
      }
      bytes.append(contentsOf: chunk[..<count])
    }
  }

  /// How many bytes at the start are UTF-8.
  private static func validPrefix(of bytes: [UInt8]) -> Int {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var count = 0
    while case .scalarValue(let scalar) = decoder.decode(&iterator) { count += UTF8.width(scalar) }
    return count
  }
}
