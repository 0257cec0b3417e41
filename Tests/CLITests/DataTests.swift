import Foundation
import Subprocess
import SystemPackage
import Testing

/// `evalkit data pull` against a server on this machine.
@Suite(.serialized, .enabled(if: hasData, "EVALKIT_DATA is not set: there is no task file to serve"))
struct DataTests {
  private static let server = """
    import functools, http.server, sys
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
    """

  /// Serves `folder` on a free port of the loopback interface.
  private func serve(_ folder: String, _ body: (_ url: String) async throws -> Void) async throws {
    var options = PlatformOptions()
    options.teardownSequence = []
    _ = try await Subprocess.run(
      .path("/usr/bin/python3"), arguments: ["-c", Self.server, folder], platformOptions: options,
      input: .none, output: .sequence, error: .discarded
    ) { execution in
      for try await line in execution.standardOutput.strings() {
        let port = line.prefix { $0.isNumber }
        try await body("http://127.0.0.1:\(port)")
        break
      }
      try execution.send(signal: .kill)
    }
  }

  @Test func theFileIsFetchedOnceAndThenFound() async throws {
    let data = try #require(ProcessInfo.processInfo.environment["EVALKIT_DATA"])
    try await Scratch.withFolder { home in
      try await serve("\(data)/benchmarks") { url in
        // No other place has the file: the program must be outside of any checkout.
        for name in ["evalkit", "evalkit-fetch", "evalkit-jail"] {
          try FileManager.default.copyItem(atPath: "\(Binary.folder)/\(name)", toPath: "\(home)/\(name)")
        }
        let environment = ["HOME": home, "XDG_CACHE_HOME": "\(home)/cache", "EVALKIT_DATA": ""]
        func run(_ arguments: [String]) async throws -> Binary.Result {
          try await Binary.run(
            arguments, executable: "\(home)/evalkit", environment: environment, directory: home)
        }
        let wrong = try await run(["data", "pull", "mbpp+", "--url", "\(url)/HumanEvalPlus-v0.1.10.jsonl.gz"])
        #expect(wrong.code == 2 && wrong.error.contains("SHA-256"), "\(wrong.error)")
        let absent = try await run(["data", "pull", "mbpp+", "--url", "\(url)/nothing.gz"])
        #expect(absent.code == 2 && absent.error.contains("404"), "\(absent.error)")

        let pulled = try await run(["data", "pull", "mbpp+", "--url", "\(url)/MbppPlus-v0.2.0.jsonl.gz"])
        #expect(pulled.code == 0, "\(pulled.error)")
        #expect(pulled.output == "\(home)/cache/evalkit/benchmarks/MbppPlus-v0.2.0.jsonl.gz\n")
        #expect(pulled.error.contains("fetching MBPP+ v0.2.0 from \(url)"))
        let list = try await run(["data", "list"])
        #expect(list.output.contains("(user cache)") && list.output.contains("missing: evalkit data pull"))

        let scored = try await run(["run", "mbpp+", "--model", "canonical", "--limit", "1", "--offline"])
        #expect(scored.code == 0, "\(scored.error)")
        #expect(scored.error.contains("report: Results/mbpp+-canonical-"))
      }
    }
  }
}
