/// Holm's step-down adjustment of the p-values of one family of tests, in their order (Holm 1979).
public func holmAdjusted(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var adjusted = values
  var largest = 0.0
  for (rank, index) in order.enumerated() {
    largest = max(largest, Double(values.count - rank) * values[index])
    adjusted[index] = min(1, largest)
  }
  return adjusted
}
