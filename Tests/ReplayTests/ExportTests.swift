import Chat
import Glibc
import Hashing
import LogStore
import Testing

@testable import Replay

@Suite struct `An export` {
  private func plan(_ log: WrittenLog, _ format: ExportFormat, _ name: String) -> ExportPlan {
    ExportPlan(data: log.data, format: format, out: "\(log.directory.path)/\(name)")
  }

  private func text(_ plan: ExportPlan) throws -> String {
    try Export(plan).run()
    return String(decoding: try TemporaryDirectory.read(plan.out), as: UTF8.self)
  }

  @Test func `of events with everything kept is the dump, byte for byte`() throws {
    let log = try WrittenLog(Scene(seed: 51, steps: 300))
    var plan = plan(log, .jsonl, "a")
    (plan.keepsNames, plan.timing, plan.includesHidden) = (true, .exact, true)
    let dump = Output.kept()
    try DumpCommand.parsing([log.data, "--json"]).run(to: dump)
    #expect(try text(plan) == dump.text)
  }

  @Test func `has other names by default, others every time, and no token's hash`() throws {
    let log = try WrittenLog(Scene(seed: 52, steps: 300))
    let (one, other) = (try text(plan(log, .jsonl, "a")), try text(plan(log, .jsonl, "b")))
    #expect(one != other)
    for record in log.records {
      guard case .participantJoined(let by, let name, let token, _) = try Event.decode(record.value)
      else { continue }
      for secret in ["\(by)", "\"\(name)\"", "\"\(token)\""] {
        #expect(!one.contains(secret) && !other.contains(secret), "\(secret)")
      }
    }
  }

  @Test(arguments: ExportFormat.allCases)
  func `is the same to the byte with the same key`(_ format: ExportFormat) throws {
    let log = try WrittenLog(Scene(seed: 53, steps: 300))
    let key = try ExportKey.read(orMake: "\(log.directory.path)/key")
    #expect(try ExportKey.read(orMake: "\(log.directory.path)/key") == key)
    var files: [[[UInt8]]] = []
    for name in ["a", "b"] {
      var plan = plan(log, format, name)
      #expect(mkdir("\(log.directory.path)/\(name)", 0o755) == 0)
      plan.out = "\(log.directory.path)/\(name)/out"
      plan.key = key
      try Export(plan).run()
      files.append(
        try [plan.out, plan.cardPath].map { path in try TemporaryDirectory.read(path) })
    }
    #expect(files[0] == files[1])
  }

  @Test func `leaves out what is hidden, wherever it ends, unless asked`() throws {
    var log = try WrittenLog(Scene(seed: 54, steps: 0))
    let by = ParticipantID(person: 7)
    let session = SessionID(bits: 5)
    func author(_ seq: Int64) -> Author { Author(by: by, session: session, seq: seq) }
    func edit(_ text: String) -> Edit { Edit(at: 0, del: 0, ins: text, kind: .type) }
    let start = Int64(log.records.count)
    try log.append(
      [
        .draftEdited(author(1), draft: 1, edit("secret")),
        .messageSent(author(2), draft: 1, text: "secret"),
        .draftEdited(author(3), draft: 2, edit("public")),
        .messageSent(author(4), draft: 2, text: "public"),
        .messageHidden(by: .operator, message: start + 1, reason: "why"),
      ], in: .lobby)
    for format in ExportFormat.allCases {
      var plan = plan(log, format, "\(format)")
      plan.to = .offset(start + 3)
      let found = try text(plan)
      #expect(!found.contains("secret") && found.contains("public"), "\(format)")
      plan.out += "-all"
      plan.includesHidden = true
      let all = try text(plan)
      #expect(all.contains("secret"), "\(format)")
      if format == .messages { #expect(all.contains(#""text":"secret","hidden":"why""#)) }
    }
  }

  @Test func `tells times as exactly as asked`() throws {
    let log = try WrittenLog(Scene(seed: 55, steps: 100))
    for (timing, grain) in [(ExportTiming.exact, Int64(1)), (.tenths, 100)] {
      var plan = plan(log, .jsonl, "\(timing)")
      plan.timing = timing
      let lines = try text(plan).split(separator: "\n")
      for (line, time) in zip(lines, log.times) {
        #expect(line.contains("\"time\":\(time - time % grain),"), "\(timing)")
      }
    }
    var plan = plan(log, .jsonl, "none")
    plan.timing = .none
    #expect(try text(plan).split(separator: "\n").allSatisfy { $0.contains("\"time\":null,") })
  }

  @Test func `carries nothing it cannot read under other names`() throws {
    var log = try WrittenLog(Scene(seed: 56, steps: 0))
    let foreign = #"{"type":"participant.photographed","by":"paaaaaaaaaaaa","face":"me"}"#
    let joined =
      #"{"type":"participant.left","by":"paaaaaaaaaaaa","reason":"left","address":"me"}"#
    try log.append(
      [[UInt8](foreign.utf8), [UInt8](joined.utf8), [0xFF]].map {
        Record(key: RoomName.lobby.key, value: $0)
      })
    let shown = try text(plan(log, .jsonl, "a"))
    #expect(!shown.contains("\"me\"") && !shown.contains("paaaaaaaaaaaa"))
    #expect(shown.split(separator: "\n").count { $0.contains(#"{"type":"unreadable"}"#) } == 2)
    var named = plan(log, .jsonl, "b")
    named.keepsNames = true
    let kept = try text(named)
    #expect(kept.contains(foreign) && kept.contains(joined) && kept.contains(#""raw":"ff""#))
  }

  @Test func `refuses a key that is none, and a name that is taken`() throws {
    let log = try WrittenLog(Scene(seed: 57, steps: 0))
    let path = "\(log.directory.path)/key"
    try TemporaryDirectory.write(Array("password".utf8), to: path)
    #expect(throws: Complaint.self) { try ExportKey.read(orMake: path) }
    var plan = plan(log, .csv, "key")
    #expect(throws: ExportFile.exists(plan.out)) { try Export(plan).run() }
    plan.out = "\(log.directory.path)/nowhere/out"
    #expect(throws: Complaint.self) { try Export(plan).run() }
    // Two at the same file: the second is refused, the first goes on.
    let first = try ExportFile("\(log.directory.path)/out")
    #expect(throws: Complaint.self) { try ExportFile("\(log.directory.path)/out") }
    first.abandon()
  }
}
