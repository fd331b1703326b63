import Chat
import Hashing
import LogStore
import Projector
import Replay
import Testing

@Suite struct `State at a point` {
  @Test(arguments: [UInt64(1), 2])
  func `replay at every offset is what a naive fold says`(seed: UInt64) throws {
    let scene = Scene(seed: seed, steps: 250)
    let log = try WrittenLog(scene, seed: seed)
    let rebuild = try Rebuild(data: log.data)
    var naive: [RoomName: NaiveRoom] = [:]
    for (offset, line) in scene.lines.enumerated() {
      if let room = line.room {
        naive[room, default: NaiveRoom()].apply(line.event, offset: Int64(offset))
      }
      guard offset % 3 == 0 || offset == scene.lines.count - 1 else { continue }
      let projection = try rebuild.projection(at: Int64(offset))
      for (room, expected) in naive {
        let state = try #require(projection[room], "seed \(seed), offset \(offset)")
        #expect(state.digest.hex == expected.digest.hex, "seed \(seed), offset \(offset)")
        #expect(state.items.map(\.text) == expected.said.map(\.text))
        #expect(
          Set(state.openDrafts.map(\.text.string))
            == Set(expected.drafts.values.map { NaiveRoom.string($0.text) }))
        #expect(state.lastOffset == expected.lastOffset)
      }
    }
  }

  @Test func `a checkpoint changes nothing but the time it takes`() throws {
    let scene = Scene(seed: 3, steps: 300)
    let log = try WrittenLog(scene)
    let rebuild = try Rebuild(data: log.data)
    let epoch = rebuild.reader.state.epoch.id
    for offset in [60, 130] as [Int64] {
      let projection = try rebuild.projection(at: offset, usesCheckpoints: false)
      try CheckpointDirectory(data: log.data).save(
        Checkpoint(epoch: epoch, projection: projection))
    }
    for offset in stride(from: 50, through: rebuild.last, by: 13) {
      let near = try rebuild.projection(at: offset)
      let far = try rebuild.projection(at: offset, usesCheckpoints: false)
      #expect(near.digest == far.digest, "offset \(offset)")
      #expect(near.next == offset + 1)
    }
    let verdict = try Verifier.verify(data: log.data)
    #expect(verdict.isOK)
    #expect(verdict.checkpoints == 2)
  }

  @Test func `the same moment has many names`() throws {
    let scene = Scene(seed: 4, steps: 100)
    let log = try WrittenLog(scene)
    let reader = try LogReader.openReadOnly(log.data)
    let last = Int64(scene.lines.count - 1)
    #expect(try Moment("-0")?.offset(in: reader) == last)
    #expect(try Moment("-10")?.offset(in: reader) == last - 10)
    #expect(try Moment("17")?.offset(in: reader) == 17)
    let time = log.times[40]
    let expected = Int64((log.times.lastIndex { $0 <= time }) ?? -1)
    #expect(try Moment("@\(time)")?.offset(in: reader) == expected)
    #expect(try Moment("\(time)")?.offset(in: reader) == expected)
    #expect(try Moment(UTCTime.text(time))?.offset(in: reader) == expected)
    #expect(try Moment("1999-01-01")?.offset(in: reader) == -1)
    #expect(throws: Complaint.self) { try Moment("\(last + 1)")?.offset(in: reader) }
    #expect(throws: Complaint.self) { try Moment("-\(last + 3)")?.offset(in: reader) }
    for text in ["", "x", "-", "--1", "1.5", "2026-13-01", "2026-02-29", "@", "+1"] {
      #expect(Moment(text) == nil, "\(text)")
    }
  }

  @Test func `replay prints one object a room, and a digest of 64 digits`() throws {
    let scene = Scene(seed: 5, steps: 200)
    let log = try WrittenLog(scene)
    let output = Output.kept()
    try command(["--data", log.data, "--format", "json"]).run(to: output)
    let lines = output.text.split(separator: "\n")
    #expect(lines.count == 2)
    let parsed = try Array(lines[0].utf8).withUnsafeBytes { try JSONParser.parse($0, depth: 8) }
    guard case .object(let object) = parsed else { throw Complaint(.usage, "no object") }
    #expect(
      object.members.map(\.key)
        == ["offset", "time", "room", "digest", "items", "drafts", "replies", "participants"])
    #expect(object.string("room") == "lobby")
    let digest = Output.kept()
    try command(["--data", log.data, "--room", "lobby", "--digest"]).run(to: digest)
    #expect(digest.text == "\(object.string("digest") ?? "")\n")
    #expect(digest.bytes.count == 65)
    let whole = Output.kept()
    try command(["--data", log.data, "--digest"]).run(to: whole)
    #expect(whole.text == "\(try Verifier.verify(data: log.data).digest.hex)\n")
  }

  @Test func `an empty room has a state too`() throws {
    let log = try WrittenLog(Scene(seed: 6, steps: 10))
    let output = Output.kept()
    try command(["--data", log.data, "--room", "nobody", "--format", "json"]).run(to: output)
    #expect(output.text.hasPrefix(#"{"offset":-1,"time":0,"room":"nobody","digest":""#))
  }

  private func command(_ arguments: [String]) throws -> ReplayCommand {
    try ReplayCommand.parsing(arguments)
  }
}
