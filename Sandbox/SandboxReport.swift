import JSON

/// One layer of the sandbox on this machine, found out by building it and testing its effect.
public struct SandboxLayer: Sendable, Equatable {
  /// How the probe ended.
  public enum State: String, Sendable {
    /// Built, and it does what it should.
    case ok
    /// This machine refuses it.
    case missing
    /// Built without an error and without an effect: the worst case.
    case broken
  }

  /// `seccomp`, `userns`, `landlock`, …
  public let name: String
  /// How the probe of it ended.
  public let state: State
  /// Without it nothing runs.
  public let mandatory: Bool
  /// What was seen, for people.
  public let detail: String
  /// What to do about it; empty when there is nothing.
  public let remedy: String
}

/// Which layers hold on this machine, and what they add up to.
public struct SandboxReport: Sendable, Equatable {
  /// What a run may promise.
  public enum Tier: String, Sendable {
    /// Every wall holds; ``Jail/supplementaryLayers`` may be missing.
    case full
    /// All mandatory layers hold; some others are missing.
    case reduced
    /// A mandatory layer is missing: candidates must not be run.
    case refuse
  }

  /// Every layer that was probed, in the order of the probe.
  public let layers: [SandboxLayer]
  /// What they add up to.
  public let tier: Tier
  /// FNV-1a (64 bits, hexadecimal) over the compiled policies; part of a run's identity, no cryptographic hash.
  public let policyHash: String

  /// The Python inside the boxes: a fingerprint a module, FNV-1a like ``policyHash``.
  public let moduleFingerprints: String

  /// The layers that a slot must be told to leave out
  /// (``Jail/withSlot(python:number:without:memory:insecure:body:)``).
  public var missingLayers: [String] {
    layers.filter { $0.state != .ok && Jail.optionalLayers.contains($0.name) }.map(\.name)
  }

  /// Reads what `evalkit-jail probe` printed.
  init(parsing bytes: [UInt8]) throws(SandboxError) {
    do {
      let document = try JSONValue(parsing: bytes)
      var layers: [SandboxLayer] = []
      for entry in try document.require("layers", \.array) {
        let stateName = try entry.require("state", \.string)
        guard let state = SandboxLayer.State(rawValue: stateName) else {
          throw JSONError("unknown state '\(stateName)'")
        }
        layers.append(
          SandboxLayer(
            name: try entry.require("name", \.string), state: state,
            mandatory: try entry.require("mandatory", \.bool), detail: entry["detail"]?.string ?? "",
            remedy: entry["remedy"]?.string ?? ""))
      }
      let tierName = try document.require("tier", \.string)
      guard let tier = Tier(rawValue: tierName) else { throw JSONError("unknown tier '\(tierName)'") }
      self.layers = layers
      self.tier = tier
      policyHash = try document.require("policy_fnv1a64", \.string)
      moduleFingerprints = (document["modules"]?.array ?? []).compactMap { $0["source_fnv1a64"]?.string }
        .joined(separator: ",")
    } catch {
      throw .probeFailed("\(error)")
    }
  }
}
