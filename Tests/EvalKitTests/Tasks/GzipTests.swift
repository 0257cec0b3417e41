import Testing

@testable import EvalKit

/// Files made by Python's gzip module, whole and then damaged.
@Suite struct GzipTests {
  /// `text` gzipped by Python.
  private func zipped(_ text: String) throws -> [UInt8] {
    try python(
      "import gzip, sys; sys.stdout.buffer.write(gzip.compress(sys.stdin.buffer.read(), mtime=0))",
      input: Array(text.utf8))
  }

  private func failure(_ bytes: [UInt8], limit: Int = 1000) -> String? {
    do {
      _ = try Gzip.unzip(bytes, limit: limit)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func membersFollowEachOther() throws {
    let bytes = try zipped("one\n") + zipped("") + zipped("two\n")
    #expect(try Gzip.unzip(bytes, limit: 1000) == Array("one\ntwo\n".utf8))
    #expect(try Gzip.unzip(bytes + [0, 0, 0], limit: 1000) == Array("one\ntwo\n".utf8))
  }

  @Test func contentLongerThanAnyBufferSurvives() throws {
    let text = (0..<200_000).map { "\($0 &* 2_654_435_761 % 1_000_003)" }.joined(separator: ",")
    #expect(try Gzip.unzip(zipped(text), limit: 1 << 24) == Array(text.utf8))
  }

  @Test func everyTruncationIsNoticed() throws {
    let bytes = try zipped("some text that is long enough to be worth zipping, zipping, zipping")
    for length in 1..<bytes.count {
      #expect(failure(Array(bytes[..<length])) == "it is cut off after \(length) bytes")
    }
  }

  @Test func textAfterTheEndIsNoticed() throws {
    let bytes = try zipped("text")
    #expect(try #require(failure(bytes + Array("<html>".utf8))).hasPrefix("byte \(bytes.count) "))
    let unknownMethod: [UInt8] = [0x1F, 0x8B, 0x09, 0]
    #expect(try #require(failure(bytes + unknownMethod)).contains("unknown compression method"))
  }

  /// The last byte of the compressed text has bits that mean nothing; all others are caught.
  @Test func aFlippedBitIsNoticedOrHarmless() throws {
    let original = Array("some text that is long enough to be worth zipping".utf8)
    let bytes = try zipped(String(decoding: original, as: UTF8.self))
    // The header's time, flags of no consequence and operating system carry no content.
    var caught = 0
    for index in 10..<bytes.count {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[index] ^= 1 << bit
        let content = try? Gzip.unzip(damaged, limit: 1000)
        #expect(content == nil || content == original, "byte \(index), bit \(bit)")
        caught += content == nil ? 1 : 0
      }
    }
    #expect(caught >= 8 * (bytes.count - 10) - 7)
  }

  @Test func aBombStopsAtTheLimit() throws {
    let bomb = try python(
      "import gzip, sys; sys.stdout.buffer.write(gzip.compress(bytes(50_000_000), mtime=0))")
    #expect(bomb.count < 100_000)
    #expect(failure(bomb, limit: 1_000_000) == "it unzips to more than 1000000 bytes")
  }
}
