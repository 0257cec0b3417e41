import Foundation
import JSON
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// `pack` on a tiny checkpoint, and what takes its result.
struct PackTests {
  private static let checkpoint = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("DiffusionEngineTests/Fixtures/tiny").path

  @Test(arguments: ["bf16", "int8"]) func everyCommandTakesIt(_ precision: String) async throws {
    try await Scratch.withFolder { folder in
      let packed = "\(folder)/packed"
      func pack(_ more: String...) async throws -> Binary.Result {
        try await Binary.run(
          ["pack", "--model", Self.checkpoint, "--precision", precision, "-o", packed] + more)
      }
      let made = try await pack("--json")
      #expect(made.code == 0 && made.error.isEmpty, "\(made.error)")
      let json = try made.json()
      #expect(json["schema"]?.string == "evalkit.pack" && json["schema_version"]?.integer == 1)
      #expect(json["precision"]?.string == precision && (json["bytes"]?.integer ?? 0) > 39_200)
      let again = try await pack()
      #expect(again.code == 64 && again.error.contains("exists already"))

      func complete(_ model: String, _ more: String...) async throws -> Binary.Result {
        try await Binary.run(
          [
            "complete", "--model", model, "--threads", "1", "--max-new-tokens", "24", "--prompt", "def f(x):",
            "--json",
          ] + more)
      }
      let expected = try await complete(Self.checkpoint, "--precision", precision)
      let found = try await complete(packed)
      #expect(found.code == 0 && found.output == expected.output, "\(found.error)")
      let other = try await complete(packed, "--precision", "fp32")
      #expect(other.code == 64 && other.error.contains("packed for \(precision)"))

      let listed = try await Binary.run(["list", "models", packed, "--json"]).json()["models"]?.array?.first
      #expect(
        listed?["family"]?.string == "Dream" && listed?["bytes"]?.integer ?? 0 > json["bytes"]?.integer ?? 0)
      #expect(listed?["problem"]?.string == nil, "\(String(describing: listed))")

      let bench = try await Binary.run(
        ["bench", "--model", packed, "--positions", "16", "--steps", "2", "--json"])
      #expect(try bench.json()["precision"]?.string == precision)
      #expect(try bench.json()["parameters"]?.integer == 39_200)
      for name in ["here", "there"] {
        let logits = try await Binary.run([
          "logits", "--model", name == "here" ? packed : Self.checkpoint, "--precision", precision,
          "--tokens",
          "1,2,3", "--output", "\(folder)/\(name)",
        ])
        #expect(logits.code == 0, "\(logits.error)")
      }
      #expect(Scratch.bytes("\(folder)/here") == Scratch.bytes("\(folder)/there"))
    }
  }

  @Test func whatCannotBePackedIsSaid() async throws {
    try await Scratch.withFolder { folder in
      let single = try await Binary.run([
        "pack", "--model", Self.checkpoint, "--precision", "fp32", "-o", "\(folder)/packed",
      ])
      #expect(single.code == 64 && single.error.contains("bf16 or int8"))
      let gguf = try await Binary.run([
        "pack", "--model", "\(Self.checkpoint)-q8_0.gguf", "--precision", "int8", "-o", "\(folder)/packed",
      ])
      #expect(gguf.code == 2 && gguf.error.contains("GGUF"), "\(gguf.error)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }
  }

  /// The checkpoint with gigabytes of nothing at its end, which take their time to be hashed.
  @Test(arguments: [SIGINT, SIGTERM]) func aSignalLeavesNothing(_ signal: Int32) async throws {
    try await Scratch.withFolder { folder in
      let model = "\(folder)/model"
      try FileManager.default.copyItem(atPath: Self.checkpoint, toPath: model)
      let path = "\(model)/model.safetensors"
      let bytes = try #require(Scratch.bytes(path))
      let start = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
      var header = Array(bytes[8..<8 + start])
      let (data, size) = (bytes.count - 8 - start, 8 << 30)
      let end = try #require(header.lastIndex(of: UInt8(ascii: "}")))
      header.insert(
        contentsOf:
          #","nothing":{"dtype":"F32","shape":[\#(size / 4)],"data_offsets":[\#(data),\#(data + size)]}"#
          .utf8,
        at: end)
      var whole = Data(withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) })
      whole += header + bytes[(8 + start)...]
      try whole.write(to: URL(fileURLWithPath: path))
      #expect(truncate(path, whole.count + size) == 0)

      var wasSeen = false
      let result = try await Binary.start([
        "pack", "--model", model, "--precision", "bf16", "-o", "\(folder)/packed",
      ]) { pid in
        for _ in 0..<500 where !wasSeen {
          try await Task.sleep(for: .milliseconds(10))
          wasSeen = try FileManager.default.contentsOfDirectory(atPath: folder).contains {
            $0.hasPrefix("packed.partial-")
          }
        }
        kill(pid, signal)
      }
      #expect(wasSeen && result.code == 128 + Int(signal), "\(result.error)")
      #expect(result.error.contains("interrupted"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["model"])
    }
  }
}
