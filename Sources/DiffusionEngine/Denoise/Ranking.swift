#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The choice of the positions to reveal from their confidences.
struct Ranking {
  /// A masked position, how sure the model is of it, and the token it would take.
  struct Candidate: Equatable {
    let position: Int
    let confidence: Float
    let token: Int32
    /// Entropy of the distribution of its token, in nats, where somebody wants it.
    var entropy: Float? = nil
  }

  /// The chosen candidates, by ascending position.
  let chosen: [Candidate]
  /// How many of them share their confidence with one that was not chosen.
  let tieDecided: Int

  /// The `count` surest; among equals the lowest positions, which the reference leaves open.
  init(surest count: Int, of candidates: [Candidate]) {
    let ordered = candidates.sorted { ($1.confidence, $0.position) < ($0.confidence, $1.position) }
    let (taken, left) = (ordered.prefix(count), ordered.dropFirst(count))
    chosen = taken.sorted { $0.position < $1.position }
    if let last = taken.last, let next = left.first, last.confidence == next.confidence {
      tieDecided = taken.count { $0.confidence == next.confidence }
    } else {
      tieDecided = 0
    }
  }

  /// `count` positions drawn without replacement by softmax(confidence / temperature).
  ///
  /// By the Gumbel-max rule: the largest values of confidence / temperature + noise are such a draw. In
  /// the logarithm no probability underflows to 0, where the reference would fail.
  init(
    drawing count: Int, of candidates: [Candidate], temperature: Double, noise: (Int) -> Double
  ) {
    let keyed = candidates.map { candidate in
      (
        key: Double(candidate.confidence) / temperature - log(-log(noise(candidate.position))),
        candidate: candidate
      )
    }
    let ordered = keyed.sorted { ($1.key, $0.candidate.position) < ($0.key, $1.candidate.position) }
    chosen = ordered.prefix(count).map(\.candidate).sorted { $0.position < $1.position }
    tieDecided = 0
  }
}
