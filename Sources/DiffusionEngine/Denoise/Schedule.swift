/// How many masks each step reveals, in the single-precision arithmetic of the reference.
struct Schedule: Sendable {
  let steps: Int
  private let eps: Float

  init(steps: Int, eps: Double) {
    self.steps = steps
    self.eps = Float(eps)
  }

  /// Point `index` of 0...steps: `linspace(1, eps, steps + 1)`, which counts from the nearer end and
  /// rounds once for product and sum together, as PyTorch's kernels do.
  func time(_ index: Int) -> Float {
    let spacing = (eps - 1) / Float(steps)
    if index < (steps + 1) / 2 { return (1 as Float).addingProduct(spacing, Float(index)) }
    return eps.addingProduct(-spacing, Float(steps - index))
  }

  /// The share of the masks to reveal in `step`: 1 - s/t, and all in the last.
  func share(_ step: Int) -> Float {
    step == steps - 1 ? 1 : 1 - time(step + 1) / time(step)
  }

  /// How many of `masks` the confidence algorithms reveal in `step`. May be none.
  func count(_ step: Int, masks: Int) -> Int {
    step == steps - 1 ? masks : Int(Float(masks) * share(step))
  }
}
