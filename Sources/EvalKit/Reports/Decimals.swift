extension Double {
  /// With so many digits behind the point, zeros included.
  public func decimals(_ count: Int) -> String {
    let scale = (0..<count).reduce(1.0) { power, _ in power * 10 }
    guard let scaled = Int64(exactly: (magnitude * scale).rounded()) else { return "\(self)" }
    let digits = String(scaled)
    let padded = String(repeating: "0", count: max(0, count + 1 - digits.count)) + digits
    let sign = self < 0 && scaled > 0 ? "-" : ""
    return count == 0 ? sign + padded : sign + padded.dropLast(count) + "." + padded.suffix(count)
  }
}
