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
