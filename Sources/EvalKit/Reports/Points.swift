/// A difference of two shares in percentage points, with its sign and one digit: `+1.8`, `-0.3`, `0.0`.
public func points(_ difference: Double) -> String {
  let size = percent(abs(difference))
  if size == "0.0" { return size }
  return (difference < 0 ? "-" : "+") + size
}

/// A probability: two digits that count, and never 0.
public func probability(_ p: Double) -> String {
  if p >= 0.995 { return "1" }
  if p < 0.0001 { return "<0.0001" }
  // Two digits after the leading zeros.
  var (scale, digits) = (100.0, 2)
  while p * scale < 9.95, digits < 5 {
    scale *= 10
    digits += 1
  }
  let text = "\(Int((p * scale).rounded()))"
  return "0." + String(repeating: "0", count: max(0, digits - text.count)) + text
}
