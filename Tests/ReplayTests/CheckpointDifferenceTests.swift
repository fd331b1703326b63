import Chat
import LogStore
import Projector
import Replay
import Testing

@Suite struct `A checkpoint that is not its log` {
  /// A log with checkpoints every so many offsets, some of which are of another story.
  private func log(
    seed: UInt64, wrongFrom: Int64, changing message: Int64
  ) throws -> (log: WrittenLog, good: Int64) {
    let log = try WrittenLog(Scene(seed: seed, steps: 400), seed: seed)
    let rebuild = try Rebuild(data: log.data)
    let epoch = rebuild.reader.state.epoch.id
    // The other story: one message has another text.
    var records = log.records
    let event = try Event.decode(records[Int(message)].value)
    guard case .messageSent(let author, let draft, let text) = event else {
      throw Complaint(.usage, "offset \(message) is no message")
    }
    records[Int(message)].value =
      Event.messageSent(author, draft: draft, text: text + "!").canonicalJSON
    var good: Int64 = -1
    let directory = CheckpointDirectory(data: log.data)
    let offsets = Array(stride(from: Int64(50), through: rebuild.last, by: 100))
    for offset in offsets {
      if offset < wrongFrom { good = offset }
      let projection =
        offset < wrongFrom
        ? try rebuild.projection(at: offset, usesCheckpoints: false)
        : Self.folded(Array(records[...Int(offset)]), log.times)
      try directory.save(
        Checkpoint(epoch: epoch, projection: projection), keeping: [0] + offsets.map { $0 + 1 })
    }
    return (log, good)
  }

  private static func folded(_ records: [Record], _ times: [Int64]) -> Projection {
    var projection = Projection()
    for (offset, record) in records.enumerated() {
      let room = record.key.flatMap { key in key.withUnsafeBytes { RoomName(key: $0) } }
      guard let event = try? Event.decode(record.value) else { continue }
      projection.apply(event, in: room, offset: Int64(offset), time: times[offset])
    }
    return projection
  }

  @Test func `is named with the first offset that is wrong, in words`() throws {
    let scene = Scene(seed: 91, steps: 400)
    let messages = scene.lines.enumerated().compactMap { offset, line -> Int64? in
      if case .messageSent = line.event { Int64(offset) } else { nil }
    }
    let message = try #require(messages.first { $0 > 160 })
    let (log, good) = try log(seed: 91, wrongFrom: message, changing: message)
    let verdict = try Verifier.verify(data: log.data)
    let bad = try #require(verdict.firstBad)
    #expect(bad.offset == message)
    #expect(bad.file.hasPrefix("checkpoints/"))
    #expect(bad.what.contains("message of"))
    #expect(bad.what.contains("in the checkpoint and"))
    #expect(bad.what.contains("agree up to offset \(good)"), "\(bad.what)")
    #expect(Launch.run(VerifyCommand.self, ["--data", log.data]) == 1)
  }

  @Test func `is not asked when an audit goes on behind it`() throws {
    let scene = Scene(seed: 92, steps: 400)
    let log = try WrittenLog(scene, seed: 92)
    let whole = try Verifier.verify(data: log.data)
    let rebuild = try Rebuild(data: log.data)
    try CheckpointDirectory(data: log.data).save(
      Checkpoint(
        epoch: rebuild.reader.state.epoch.id, projection: try rebuild.projection(at: 199)))
    let rest = try Verifier.verify(data: log.data, from: 300)
    #expect(rest.isOK)
    #expect(rest.start == 200)
    #expect(rest.next == whole.next)
    #expect(rest.digest == whole.digest)
    #expect(rest.notes.contains { $0.contains("checked from offset 200 on") })
    #expect(try Verifier.verify(data: log.data, from: 100).start == 0)
  }
}
