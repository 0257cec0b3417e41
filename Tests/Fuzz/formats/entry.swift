// libFuzzer over the readers of model files; FormatReader says what must hold.

@_cdecl("LLVMFuzzerTestOneInput")
func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  do {
    // -1: not for the corpus.
    return try FormatReader.run(Array(UnsafeBufferPointer(start: start, count: count))) == nil ? -1 : 0
  } catch {
    preconditionFailure("\(error)")
  }
}

/// Stands in for the engine's threads, which convert weights; the readers do not.
final class KernelPool: Sendable {
  func map<Result>(_ count: Int, _ body: (Int) -> Result) -> [Result] { (0..<count).map(body) }
}
