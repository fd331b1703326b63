import Chat
import LogStore
import Projector
import Replay
import Testing

@Suite struct `A sound log` {
  @Test(arguments: [UInt64(11), 12, 13])
  func `is proven, with the digest that replay gives`(seed: UInt64) throws {
    let scene = Scene(seed: seed, steps: 400)
    let log = try WrittenLog(scene, seed: seed)
    let verdict = try Verifier.verify(data: log.data)
    #expect(verdict.firstBad == nil, "seed \(seed)")
    #expect(verdict.events == Int64(scene.lines.count))
    #expect(verdict.next == Int64(scene.lines.count))
    #expect(verdict.segments == (try log.segments().count))
    #expect(verdict.segments > 2)
    let rebuild = try Rebuild(data: log.data)
    #expect(verdict.digest == (try rebuild.projection(at: rebuild.last).digest))
    #expect(verdict.notes.isEmpty)
    let before = verdict.foreign + verdict.extended
    #expect(before == 0)
  }

  @Test func `is proven while a server writes, up to the recovery point`() throws {
    let log = try WrittenLog(Scene(seed: 14, steps: 100), durability: .commit)
    let writer = try log.open()
    try writer.append([log.records[0]])
    let verdict = try Verifier.verify(data: log.data)
    #expect(verdict.isOK)
    #expect(verdict.events == Int64(log.records.count))
    #expect(verdict.notes.contains { $0.contains("in use") })
    writer.close()
    #expect(try Verifier.verify(data: log.data).events == Int64(log.records.count) + 1)
  }

  @Test func `is proven after a kill, and its torn tail is a note`() throws {
    let log = try WrittenLog(Scene(seed: 15, steps: 100), durability: .commit)
    let writer = try log.open()
    try writer.append([log.records[0], log.records[0]])
    let copy = "\(log.directory.path)/copy"
    try TemporaryDirectory.copy(log.data, to: copy)
    writer.close()
    let killed = try Verifier.verify(data: copy)
    #expect(killed.isOK)
    #expect(killed.events == Int64(log.records.count) + 2)

    let last = try #require(try log.segments().last?.split(separator: "/").last)
    let path = "\(copy)/log/chat-0/\(last)"
    let end = try Self.endOfBatches(path)
    var bytes = try TemporaryDirectory.read(path)
    let torn = Array(bytes.prefix(Int(end)).suffix(70))
    bytes.replaceSubrange(Int(end)..<min(bytes.count, Int(end) + 70), with: torn)
    try TemporaryDirectory.write(bytes, to: path)
    let verdict = try Verifier.verify(data: copy)
    #expect(verdict.isOK)
    #expect(verdict.events == killed.events)
    #expect(verdict.notes.contains { $0.contains("never acknowledged") })
  }

  @Test func `keeps and counts what this version does not know`() throws {
    var log = try WrittenLog(Scene(seed: 16, steps: 60))
    let values = [
      #"{"type":"mood.changed","by":"server","mood":"é\u2028"}"#,
      #"{"type":"room.mode","by":"operator","mode":"open","since":1,"deep":{"a":[1,"x"]}}"#,
      #"{"type":"room.mode","by":"operator","mode":7}"#,
    ]
    try log.append(values.map { Record(key: RoomName.lobby.key, value: Array($0.utf8)) })
    let verdict = try Verifier.verify(data: log.data)
    #expect(verdict.firstBad == nil)
    #expect(verdict.foreign == 2)
    #expect(verdict.extended == 1)
  }

  @Test func `says so in one object`() throws {
    let log = try WrittenLog(Scene(seed: 17, steps: 60))
    let output = Output.kept()
    let verdict = try VerifyCommand.parsing(["--data", log.data, "--json"]).run(to: output)
    let parsed = try output.bytes.withUnsafeBytes { try JSONParser.parse($0) }
    guard case .object(let object) = parsed else { throw Complaint(.usage, "no object") }
    #expect(object.bool("ok") == true)
    #expect(object.integer("events") == verdict.events)
    #expect(object.integer("start") == 0)
    #expect(object.string("digest")?.count == 64)
    #expect(object["first_bad"] == nil)
  }

  private static func endOfBatches(_ path: String) throws -> Int64 {
    var walk = try SegmentWalk(path: path)
    while case .batch = try walk.next() {}
    return walk.position
  }
}

@Suite struct `What is no log` {
  @Test func `is refused with a line that says what to do`() throws {
    let directory = TemporaryDirectory()
    #expect(
      throws: Complaint(
        .refused,
        "there is no log in \(directory.path): name a server's"
          + " directory with --data")
    ) { try Verifier.verify(data: directory.path) }
    #expect(Launch.run(VerifyCommand.self, ["--data", "\(directory.path)/none"]) == 4)
    #expect(Launch.run(ReplayCommand.self, ["--data", directory.path]) == 4)
  }

  @Test func `of another version is refused, not called damaged`() throws {
    let log = try WrittenLog(Scene(seed: 18, steps: 10))
    let path = "\(log.data)/log/meta.json"
    var bytes = try TemporaryDirectory.read(path)
    let digit = try #require(bytes.firstIndex(of: UInt8(ascii: "1")))
    bytes[digit] = UInt8(ascii: "9")
    try TemporaryDirectory.write(bytes, to: path)
    #expect(Launch.run(VerifyCommand.self, ["--data", log.data]) == 4)
  }

  @Test func `and what is misspelt is refused with 2, help with 0`() {
    #expect(Launch.run(VerifyCommand.self, ["--dta", "x"]) == 2)
    #expect(Launch.run(ReplayCommand.self, ["--at", "yesterday"]) == 2)
    #expect(Launch.run(DumpCommand.self, []) == 2)
    #expect(Launch.run(DumpCommand.self, ["x", "--from", "5", "--to", "4"]) == 2)
    for help in [ReplayCommand.helpText, VerifyCommand.helpText, DumpCommand.helpText] {
      #expect(help.contains("EXAMPLES"))
    }
  }
}
