import EvalKit
import Foundation
import JSON
import Testing

@testable import Statistics

/// Against SciPy and statsmodels: `Fixtures/make_golden.py` made the cases.
struct GoldenTests {
  private static let document: JSONValue? = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/golden.json")
    return FileManager.default.contents(atPath: file.path).flatMap { try? JSONValue(parsing: Array($0)) }
  }()

  private func cases(_ name: String) throws -> [JSONValue] { try #require(Self.document?[name]?.array) }

  private func number(_ value: JSONValue, _ name: String) throws -> Double {
    try #require(value[name]?.double, "\(name)")
  }

  private func numbers(_ value: JSONValue?) throws -> [Double] {
    try #require(value?.array).map { try #require($0.double) }
  }

  /// Within 1e-9 of it, also relative to it where it is small.
  private func agrees(_ ours: Double, _ theirs: Double) -> Bool {
    ours == theirs || abs(ours - theirs) <= 1e-9 * abs(theirs) || (theirs == 0 && abs(ours) < 1e-15)
  }

  @Test func thereAreEnoughCases() throws {
    let count = try #require(Self.document?.object).members.reduce(0) { $0 + ($1.value.array?.count ?? 0) }
    #expect(count >= 200)
  }

  @Test func mcnemar() throws {
    for row in try cases("mcnemar") {
      let (lost, gained) = (try #require(row["lost"]?.integer), try #require(row["gained"]?.integer))
      let pairs = PairedOutcomes(count: max(1, lost + gained), lost: lost, gained: gained)
      #expect(agrees(pairs.exactP, try number(row, "exact")), "\(row) \(pairs.exactP)")
      #expect(agrees(pairs.midP, try number(row, "mid")), "\(row) \(pairs.midP)")
      #expect(agrees(pairs.worseMidP, try number(row, "worse")), "\(row) \(pairs.worseMidP)")
    }
  }

  @Test func wilson() throws {
    for row in try cases("wilson") {
      let interval = wilsonInterval(
        successes: try number(row, "successes"), count: try #require(row["count"]?.integer),
        tail: try number(row, "tail"))
      // statsmodels leaves 1e-17 where the bound is 0.
      #expect(abs(interval.lowerBound - (try number(row, "low"))) < 1e-12, "\(row)")
      #expect(abs(interval.upperBound - (try number(row, "high"))) < 1e-12, "\(row)")
    }
  }

  @Test func tango() throws {
    for row in try cases("tango") {
      let pairs = PairedOutcomes(
        count: try #require(row["count"]?.integer), lost: try #require(row["lost"]?.integer),
        gained: try #require(row["gained"]?.integer))
      let interval = pairs.interval(tail: try number(row, "tail"))
      #expect(abs(interval.lowerBound - (try number(row, "low"))) < 1e-9, "\(row) \(interval)")
      #expect(abs(interval.upperBound - (try number(row, "high"))) < 1e-9, "\(row) \(interval)")
      #expect(interval.contains(pairs.difference))
    }
  }

  @Test func normal() throws {
    for row in try cases("normal") {
      let quantile = try number(row, "quantile")
      #expect(agrees(Normal.quantile(try number(row, "p")), quantile), "\(row)")
      #expect(agrees(Normal.cumulative(quantile), try number(row, "cumulative")), "\(row)")
    }
  }

  @Test func holm() throws {
    for row in try cases("holm") {
      let ours = holmAdjusted(try numbers(row["values"]))
      for (ours, theirs) in zip(ours, try numbers(row["adjusted"])) {
        #expect(agrees(ours, theirs), "\(row)")
      }
    }
  }

  @Test func power() throws {
    for row in try cases("power") {
      let test = PairedPower(
        count: try #require(row["count"]?.integer), discordance: try number(row, "discordance"))
      let tail = try number(row, "tail")
      let power = test.power(difference: try number(row, "difference"), tail: tail)
      #expect(abs(power - (try number(row, "power"))) < 1e-9, "\(row) \(power)")
      let detectable = test.detectableDifference(tail: tail, power: try number(row, "wanted"))
      if let theirs = row["detectable"]?.double {
        #expect(agrees(try #require(detectable), theirs), "\(row)")
      } else {
        #expect(detectable == nil, "\(row)")
      }
    }
  }

  @Test func everySignFlip() throws {
    for row in try cases("exhaustive_flips") {
      let flips = SignFlips(try numbers(row["differences"]))
      #expect(flips.isExhaustive)
      #expect(agrees(flips.p, try number(row, "p")), "\(row) \(flips.p)")
      #expect(agrees(flips.worseP, try number(row, "worse")), "\(row) \(flips.worseP)")
    }
  }

  @Test func drawnSignFlips() throws {
    for row in try cases("drawn_flips") {
      let flips = SignFlips(
        try numbers(row["differences"]), draws: try #require(row["draws"]?.integer),
        seed: try #require(row["seed"]?.string.flatMap { UInt64($0) }))
      #expect(!flips.isExhaustive)
      #expect(agrees(flips.p, try number(row, "p")))
      #expect(agrees(flips.worseP, try number(row, "worse")))
    }
  }

  @Test(arguments: ["bootstrap", "stratified"])
  func bootstrap(name: String) throws {
    for row in try cases(name) {
      let strata =
        try row["strata"]?.array.map { try $0.map { try numbers($0) } } ?? [numbers(row["values"])]
      let bootstrap = PairedBootstrap(
        strata: strata, resamples: try #require(row["resamples"]?.integer),
        seed: try #require(row["seed"]?.string.flatMap { UInt64($0) }))
      let tail = try number(row, "tail")
      var pairs = [(bootstrap.interval(tail: tail), try numbers(row["percentile"]))]
      if row["bca"] != nil {
        pairs.append((try #require(bootstrap.correctedInterval(tail: tail)), try numbers(row["bca"])))
      }
      for (ours, theirs) in pairs {
        #expect(abs(ours.lowerBound - theirs[0]) < 1e-9 && abs(ours.upperBound - theirs[1]) < 1e-9, "\(row)")
      }
    }
  }

  @Test func passAtKOfLargeCounts() throws {
    for row in try cases("pass_at_k") {
      let value = passAtK(
        samples: try #require(row["n"]?.integer), correct: try #require(row["c"]?.integer),
        k: try #require(row["k"]?.integer))
      #expect(abs(value - (try number(row, "value"))) < 1e-12, "\(row)")
    }
  }
}
