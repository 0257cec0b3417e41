public import JSON
import Subprocess

/// One running slot: sends a request to its judge and returns the answer, one at a time.
///
/// Format: `u32 jsonLength, u32 blobCount, u64 blobLength` × blobCount, JSON, blobs; all little-endian.
public actor Slot {
  /// An answer of more bytes is a fault.
  public static let maximumReplyBytes = 64 << 20
  /// An answer of more blobs is a fault.
  public static let maximumReplyBlobs = 16

  private let writer: StandardInputWriter
  private var output: SubprocessOutputSequence.Iterator
  private let tail: OutputTail
  private var pending: [UInt8] = []
  private var isReady = true

  init(writer: StandardInputWriter, output: SubprocessOutputSequence.Iterator, tail: OutputTail) {
    self.writer = writer
    self.output = output
    self.tail = tail
  }

  /// Sends one message and waits for its answer.
  ///
  /// A failed exchange leaves the slot unusable; the answer to it could not be told from the next.
  ///
  /// - Throws: ``SandboxError/slotDied(detail:)`` with the end of the slot's stderr,
  ///   ``SandboxError/badMessage(_:)``, ``SandboxError/slotNotReady``, or `CancellationError`.
  public func exchange(_ json: JSONValue, blobs: [[UInt8]] = []) async throws -> (JSONValue, [[UInt8]]) {
    guard isReady else { throw SandboxError.slotNotReady }
    isReady = false
    do {
      let reply = try await reply(to: SlotMessage.pieces(json, blobs: blobs))
      isReady = true
      return reply
    } catch {
      try Task.checkCancellation()
      guard !(error is SandboxError) else { throw error }
      throw SandboxError.slotDied(detail: await tail.text())
    }
  }

  private func reply(to request: [[UInt8]]) async throws -> (JSONValue, [[UInt8]]) {
    // Without a second task, whose wake-up costs as much as all the rest of an exchange.
    if request.count == 1 {
      var failure: (any Error)?
      do { try await SlotMessage.write(request, to: writer) } catch { failure = error }
      let reply = try await readMessage()  // of a dead slot it says why
      if let failure { throw failure }
      return reply
    }
    // Written and read at the same time: neither side waits for the other with a full pipe.
    async let written: Void = SlotMessage.write(request, to: writer)
    let reply = try await readMessage()
    try await written
    return reply
  }

  private func readMessage() async throws -> (JSONValue, [[UInt8]]) {
    let start = try await read(8)
    let jsonLength = SlotMessage.integer(start[0..<4])
    let blobCount = SlotMessage.integer(start[4..<8])
    guard blobCount <= Slot.maximumReplyBlobs else {
      throw SandboxError.badMessage("\(blobCount) blobs, \(Slot.maximumReplyBlobs) are allowed")
    }
    let lengthBytes = try await read(8 * blobCount)
    let lengths = (0..<blobCount).map { SlotMessage.integer(lengthBytes[8 * $0..<8 * $0 + 8]) }
    var total = jsonLength
    for length in lengths {
      guard length <= Slot.maximumReplyBytes else { throw SandboxError.badMessage("blob of \(length) bytes") }
      total += length
    }
    guard total <= Slot.maximumReplyBytes else {
      throw SandboxError.badMessage("\(total) bytes, \(Slot.maximumReplyBytes) are allowed")
    }
    let text = try await read(jsonLength)
    var blobs: [[UInt8]] = []
    for length in lengths { blobs.append(try await read(length)) }
    do {
      return (try JSONValue(parsing: text), blobs)
    } catch {
      throw SandboxError.badMessage("\(error)")
    }
  }

  /// Exactly `count` bytes; what was read beyond them waits for the next call.
  private func read(_ count: Int) async throws -> [UInt8] {
    while pending.count < count {
      var iterator = output
      let chunk = try await iterator.next()
      output = iterator
      guard let chunk else { throw SandboxError.slotDied(detail: await tail.text()) }
      chunk.withUnsafeBytes { pending.append(contentsOf: $0) }
    }
    if pending.count == count {
      defer { pending = [] }
      return pending
    }
    let taken = Array(pending[..<count])
    pending.removeFirst(count)
    return taken
  }
}

/// The bytes of a message.
enum SlotMessage {
  static func header(jsonCount: Int, blobs: [[UInt8]]) -> [UInt8] {
    var bytes: [UInt8] = []
    append(UInt32(jsonCount), to: &bytes)
    append(UInt32(blobs.count), to: &bytes)
    for blob in blobs { append(UInt64(blob.count), to: &bytes) }
    return bytes
  }

  /// What fits into an empty pipe.
  static let pipeBytes = 64 << 10

  /// The message in the order of writing; a single piece when a pipe holds all of it.
  static func pieces(_ json: JSONValue, blobs: [[UInt8]]) -> [[UInt8]] {
    let text = json.serialized()
    let start = header(jsonCount: text.count, blobs: blobs) + text
    guard blobs.reduce(start.count, { $0 + $1.count }) > pipeBytes else { return [start + blobs.joined()] }
    return [start] + blobs.filter { !$0.isEmpty }
  }

  static func write(_ pieces: [[UInt8]], to writer: StandardInputWriter) async throws {
    for bytes in pieces {
      let count = try await writer.write(bytes)
      guard count == bytes.count else { throw SandboxError.slotDied(detail: "it stopped reading a request") }
    }
  }

  /// A little-endian number of at most 8 bytes; beyond `Int.max` it is `Int.max`.
  static func integer(_ bytes: ArraySlice<UInt8>) -> Int {
    let value = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(clamping: value)
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
