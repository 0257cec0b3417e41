/// How many masks each step reveals, in the single-precision arithmetic of the reference.
struct Schedule: Sendable {
  let steps: Int
  private let eps: Float
  /// Masks of a block that are shared out evenly; `nil` for the schedule of Dream.
  private let block: Int?

  init(steps: Int, eps: Double) {
    self.steps = steps
    self.eps = Float(eps)
    block = nil
  }

  /// The even schedule of block diffusion: the same in each step, the remainder in the first ones
  /// (`get_num_transfer_tokens` of SDAR's generate.py).
  init(steps: Int, block: Int) {
    self.steps = steps
    eps = 0
    self.block = block
  }

  /// Whether steps without a mask are none; the reference's loop over the whole canvas counts them.
  var endsWithLastMask: Bool { block != nil }

  /// Point `index` of 0...steps: `linspace(1, eps, steps + 1)`, which counts from the nearer end and
  /// rounds once for product and sum together, as PyTorch's kernels do.
  func time(_ index: Int) -> Float {
    let spacing = (eps - 1) / Float(steps)
    if index < (steps + 1) / 2 { return (1 as Float).addingProduct(spacing, Float(index)) }
    return eps.addingProduct(-spacing, Float(steps - index))
  }

  /// The share of the masks to reveal in `step`: 1 - s/t, and all in the last.
  func share(_ step: Int) -> Float {
    if block != nil { return 1 / Float(steps - step) }
    return step == steps - 1 ? 1 : 1 - time(step + 1) / time(step)
  }

  /// How many of `masks` the confidence algorithms reveal in `step`. May be none.
  func count(_ step: Int, masks: Int) -> Int {
    if let block { return min(masks, block / steps + (step < block % steps ? 1 : 0)) }
    return step == steps - 1 ? masks : Int(Float(masks) * share(step))
  }
}
