import Crypto

/// Which sample of which task is generated. With the seed it names a stream of random numbers, so that
/// results do not depend on the order of tasks, on batches or on threads.
public struct SampleKey: Sendable, Hashable {
  /// The benchmark's name of the task, say `HumanEval/0`.
  public let task: String
  /// 0 for the first sample of the task.
  public let sample: Int

  /// The key of sample `sample` of task `task`.
  public init(task: String, sample: Int) {
    self.task = task
    self.sample = sample
  }

  /// The numbers of this key under `seed`.
  func stream(seed: UInt64) -> RandomStream {
    var hash = SHA256()
    withUnsafeBytes(of: seed.littleEndian) { hash.update(bufferPointer: $0) }
    hash.update(data: Array(task.utf8))
    var key = SIMD2<UInt32>()
    for (index, byte) in hash.finalize().prefix(8).enumerated() {
      key[index / 4] |= UInt32(byte) << (8 * UInt32(index % 4))
    }
    return RandomStream(key: key, sample: UInt64(bitPattern: Int64(sample)))
  }
}

/// Random numbers addressed by step and position: Philox with the key from seed and task, and the
/// counter (step, position, sample low, sample high).
struct RandomStream: Sendable {
  let key: SIMD2<UInt32>
  let sample: UInt64

  /// The independent numbers that one position may need in one step.
  struct Draws: Sendable {
    private let words: SIMD4<UInt32>

    fileprivate init(_ words: SIMD4<UInt32>) { self.words = words }

    /// For the token: in [0, 1), 53 bits.
    var token: Double {
      Double((UInt64(words.x) << 32 | UInt64(words.y)) >> 11) * 0x1p-53
    }

    /// For revealing the position at all (`origin`): in [0, 1), 24 bits as single precision has.
    var reveal: Float { Float(words.z >> 8) * 0x1p-24 }

    /// For the order of positions (`algTemperature`): in (0, 1).
    var order: Double { (Double(words.w) + 0.5) * 0x1p-32 }
  }

  func draws(step: Int, position: Int) -> Draws {
    let counter = SIMD4(
      UInt32(truncatingIfNeeded: step), UInt32(truncatingIfNeeded: position),
      UInt32(truncatingIfNeeded: sample), UInt32(truncatingIfNeeded: sample >> 32))
    return Draws(Philox.block(counter: counter, key: key))
  }
}
