import Foundation
import JSON
import Testing

@testable import DiffusionEngine

/// A fixed sequence of numbers (SplitMix64), so that a failing mutation can be repeated.
private struct Mutations: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }

  /// A copy of `bytes` with one to four bytes replaced, removed, doubled, or made a dangerous number.
  mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
    let numbers = ["-1", "9223372036854775807", "4294967296", "1e9", "null", "[]", "{}", "\"\"", "0"]
    var out = bytes
    for _ in 0..<Int.random(in: 1...4, using: &self) where !out.isEmpty {
      let at = Int.random(in: 0..<out.count, using: &self)
      switch Int.random(in: 0..<6, using: &self) {
      case 0: out[at] = UInt8.random(in: 0...255, using: &self)
      case 1: out.remove(at: at)
      case 2: out.insert(out[at], at: at)
      case 3: out.removeSubrange(at..<min(at + Int.random(in: 1...40, using: &self), out.count))
      case 4: out.insert(contentsOf: (numbers.randomElement(using: &self) ?? "").utf8, at: at)
      default:
        // A number's digits replaced as a whole.
        guard let start = out[at...].firstIndex(where: { (0x30...0x39).contains($0) }) else { continue }
        let end = out[start...].firstIndex { !(0x30...0x39).contains($0) } ?? out.count
        out.replaceSubrange(start..<end, with: (numbers.randomElement(using: &self) ?? "").utf8)
      }
    }
    return out
  }

  /// A copy of `bytes` with one to three bytes or 64-bit numbers replaced, and seldom a piece lost or doubled.
  mutating func mutateBinary(_ bytes: [UInt8]) -> [UInt8] {
    let numbers: [UInt64] = [
      0, 1, 2, 255, 1 << 31, 1 << 32, 1 << 40, 1 << 62, UInt64(Int64.max), 1 << 63, .max, .max - 31,
    ]
    var out = bytes
    for _ in 0..<Int.random(in: 1...3, using: &self) where out.count > 64 {
      // The first values and the tail (tensors) are where the structure is.
      let window = [64, 600, out.count].randomElement(using: &self) ?? 64
      let near = Int.random(in: 0..<min(window, out.count), using: &self)
      let at = Bool.random(using: &self) ? near : out.count - 1 - near
      switch Int.random(in: 0..<8, using: &self) {
      case 0...3: out[at] = UInt8.random(in: 0...255, using: &self)
      case 4: out[at] ^= 1 << UInt8.random(in: 0...7, using: &self)
      case 5, 6:
        let number = numbers.randomElement(using: &self) ?? 0
        for index in 0..<8 where at + index < out.count {
          out[at + index] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(index)))
        }
      default:
        let end = min(at + Int.random(in: 1...16, using: &self), out.count)
        if Bool.random(using: &self) {
          out.removeSubrange(at..<end)
        } else {
          out.insert(contentsOf: out[at..<end], at: at)
        }
      }
    }
    return out
  }
}

/// Mutated files are refused or read, and every range that a reader keeps lies in the file.
struct MutationTests {
  @Test func safetensorsHeaders() throws {
    let bytes = try Fixture.bytes("tiny-tied-sharded/model-00001-of-00003.safetensors")
    let length = Int(bytes[0]) | Int(bytes[1]) << 8
    let header = Array(bytes[8..<8 + length])
    var mutations = Mutations(state: 1)
    var accepted = 0
    for round in 0..<2500 {
      let mutated = mutations.mutate(header)
      do {
        let entries = try Safetensors.content(
          mutated, dataStart: 8 + mutated.count, fileEnd: bytes.count, path: "mutated"
        ).entries
        accepted += 1
        for entry in entries.values {
          #expect(
            entry.range.lowerBound >= 8 + mutated.count && entry.range.upperBound <= bytes.count, "\(round)")
          #expect(entry.shape.reduce(1, *) == entry.count, "\(round)")
        }
      } catch {
        #expect(error.message.contains("mutated") && error.kind != .missing, "\(round)")
      }
    }
    #expect(
      accepted > 20 && accepted < 2400, "\(accepted) were accepted; the mutations are too weak or too strong")
  }

  @Test func safetensorsFiles() throws {
    let bytes = Array(try Fixture.bytes("tiny/model.safetensors")[..<4096])
    var mutations = Mutations(state: 2)
    try Fixture.withCopy(of: "tiny") { folder in
      for _ in 0..<200 {
        var mutated = mutations.mutate(bytes)
        // The length is where the danger is.
        if !mutated.isEmpty { mutated[Int.random(in: 0..<min(8, mutated.count), using: &mutations)] ^= 0x41 }
        try Fixture.write(mutated, "\(folder)/model.safetensors")
        let file = try MappedFile("\(folder)/model.safetensors")
        #expect(throws: EngineError.self) { try Safetensors(file) }
      }
    }
  }

  @Test func tokenizerFiles() throws {
    let vocabulary = try Fixture.bytes("tiny/vocab.json")
    let merges = try Fixture.bytes("tiny/merges.txt")
    let added = try Fixture.bytes("tiny/added_tokens.json")
    var mutations = Mutations(state: 3)
    var accepted = 0
    for round in 0..<1500 {
      let files = [
        round % 3 == 0 ? mutations.mutate(vocabulary) : vocabulary,
        round % 3 == 1 ? mutations.mutate(merges) : merges, round % 3 == 2 ? mutations.mutate(added) : added,
      ]
      do {
        var builder = TokenizerBuilder(path: "mutated")
        try builder.addVocabulary(JSONValue(parsing: files[0]))
        try builder.addMerges(text: files[1])
        try builder.add(builder.addedTokens(plain: JSONValue(parsing: files[2])))
        let tokenizer = try builder.tokenizer(files: [])
        accepted += 1
        let text = "def f(<|mask|>):\n    return 10 é"
        let decoded = tokenizer.decode(tokenizer.encode(text))
        #expect(decoded == text, "\(round)")
      } catch is JSONError {
      } catch let error as EngineError {
        #expect(error.message.contains("mutated"), "\(round)")
      }
    }
    #expect(accepted > 20 && accepted < 1400, "\(accepted) were accepted")
  }

  @Test func configurations() throws {
    let bytes = try Fixture.bytes("tiny/config.json")
    var mutations = Mutations(state: 4)
    for _ in 0..<1500 {
      do {
        let configuration = try ModelConfiguration(JSONValue(parsing: mutations.mutate(bytes)))
        if let mask = configuration.maskToken {
          #expect(mask >= 0 && Int(mask) < configuration.vocabularySize)
        } else {
          #expect(configuration.architecture.isCausal)
        }
        #expect(configuration.headSize.isMultiple(of: 2))
      } catch is JSONError {
      } catch is EngineError {
      }
    }
  }
}

extension MutationTests {
  private static let rounds =
    ProcessInfo.processInfo.environment["EVALKIT_MUTATIONS"].flatMap { Int($0) } ?? 600

  /// Whole files: what is read must be a model, what is refused must be refused by the name of the file or
  /// of a tensor. `EVALKIT_MUTATIONS` asks for more rounds, of other seeds.
  @Test(arguments: ["tiny-q4_0.gguf", "tiny-k.gguf", "blocks.gguf"], [5, 6])
  func ggufFiles(_ name: String, _ seed: UInt64) throws {
    let bytes = try Fixture.bytes(name)
    let header = Array(bytes[..<min(bytes.count, name == "blocks.gguf" ? 600 : 9000)])
    // More rounds are other rounds.
    var mutations = Mutations(state: seed &+ UInt64(Self.rounds))
    var accepted = 0
    try Fixture.withCopy(of: name) { path in
      for round in 0..<Self.rounds {
        var mutated = mutations.mutateBinary(header)
        // Some lengths kept, or hardly a tensor would be where the header says.
        mutated += bytes[min(round.isMultiple(of: 2) ? mutated.count : header.count, bytes.count)...]
        try Fixture.write(mutated, path)
        do {
          let gguf = try GGUF(MappedFile(path))
          for entry in gguf.entries.values {
            #expect(entry.range.upperBound <= mutated.count, "\(round)")
            // The model widens its own.
            guard name == "blocks.gguf" else { continue }
            let elements = gguf.file.withBytes(entry.range) { entry.type.widened($0) }
            #expect(elements.count == entry.shape.reduce(1, *), "\(round)")
          }
          let model = try DiffusionModel.load(path)
          _ = model.tokenizer.encode("def f(<|mask|>):\n    return 10 é")
          accepted += 1
        } catch let error as EngineError {
          #expect(error.kind != .missing, "\(round): \(error)")
          let named =
            error.message.contains(path) || error.message.contains("tensor")
            || error.message.contains("the model")
          #expect(named, "\(round): \(error)")
          if name == "blocks.gguf", error.message.contains("general.architecture") { accepted += 1 }
        }
      }
    }
    #expect(accepted > 10 && accepted < Self.rounds - 10, "\(accepted) were accepted")
  }
}
