import EngineKernels

#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The instructions that products of packed weights are computed with.
///
/// The results of two sets agree to rounding; those of one set are the same to the bit, whatever the number of
/// rows and threads.
public enum InstructionSet: String, Sendable, CaseIterable {
  /// AVX-512 with BF16 and VNNI.
  case avx512
  /// AVX-512 with VNNI: bf16 numbers are multiplied in single precision.
  case avx512VNNI = "avx512-vnni"
  /// AVX2 and FMA.
  case avx2
  /// What the C compiler makes of plain loops.
  case portable

  var path: ek_path {
    switch self {
    case .avx512: EK_AVX512
    case .avx512VNNI: EK_AVX512_VNNI
    case .avx2: EK_AVX2
    case .portable: EK_PORTABLE
    }
  }

  /// Whether this machine has the instructions.
  public var isAvailable: Bool { ek_path_runs(path) }

  /// The fastest set of this machine, or the one that the environment variable `EVALKIT_CPU` names.
  ///
  /// - Throws: `.invalidArgument` when the variable names no set, or one that this machine lacks.
  public static func chosen() throws(EngineError) -> InstructionSet {
    try chosen(forced: getenv("EVALKIT_CPU").map { String(cString: $0) })
  }

  /// Apart from the environment, so that tests need not change it.
  static func chosen(forced: String?) throws(EngineError) -> InstructionSet {
    let available = allCases.filter(\.isAvailable)
    guard let forced, !forced.isEmpty else { return available.first ?? .portable }
    let names = available.map(\.rawValue).joined(separator: ", ")
    guard let set = InstructionSet(rawValue: forced) else {
      throw EngineError(
        .invalidArgument, "EVALKIT_CPU is '\(forced)'", hint: "this machine has \(names)")
    }
    guard set.isAvailable else {
      throw EngineError(
        .invalidArgument, "EVALKIT_CPU is '\(forced)', which this machine lacks", hint: "it has \(names)")
    }
    return set
  }
}
