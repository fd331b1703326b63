import Chat
import Client
import Glibc
import NIOCore
import NIOHTTP1
import Testing

/// Drives real sockets against a ``TestServer``.
@Suite struct DriveTests {
  /// A recording of this many people, each typing a few messages with mistakes.
  private func recording(sessions: Int, seed: UInt64) throws -> (path: String, texts: [String]) {
    var random = SplitMix(seed: seed)
    var lines = ""
    var texts: [String] = []
    for session in 0..<sessions {
      var events: [String] = []
      var t = 0
      for _ in 0..<3 {
        var text = ""
        for _ in 0..<Int(random.next() % 20) + 5 {
          t += Int(random.next() % 200)
          if random.next() % 6 == 0, !text.isEmpty {
            text.unicodeScalars.removeLast()
            let at = text.unicodeScalars.count
            events.append(
              #"{"t":\#(t),"op":"edit","at":\#(at),"del":1,"ins":"","kind":"delete"}"#)
          } else {
            let ins = ["a", "é", "😀", " "].randomElement(using: &random) ?? ""
            let at = text.unicodeScalars.count
            text += ins
            events.append(
              #"{"t":\#(t),"op":"edit","at":\#(at),"del":0,"ins":"\#(ins)","kind":"type"}"#)
          }
        }
        events.append(#"{"t":\#(t),"op":"edit","at":0,"del":0,"ins":"\#(session): "}"#)
        texts.append("\(session): \(text)")
        events.append(#"{"t":\#(t),"op":"send"}"#)
      }
      lines += #"{"session":"s\#(session)","events":[\#(events.joined(separator: ","))]}"# + "\n"
    }
    let path = "/tmp/verbatim-drive-\(getpid())-\(seed)-\(sessions).jsonl"
    let file = try #require(fopen(path, "w"))
    fputs(lines, file)
    fclose(file)
    return (path, texts)
  }

  private func drive(
    sessions: Int = 12, seed: UInt64, _ trouble: TestServer.Trouble,
    _ check: (DriveReport, [Event], [String]) throws -> Void
  ) async throws {
    let (path, texts) = try recording(sessions: sessions, seed: seed)
    defer { unlink(path) }
    let server = try await TestServer(seed: seed, trouble)
    var options = DriveOptions(input: path, server: server.address, seed: seed)
    options.clients = 5
    options.speed = 100
    let report = try await Drive.run(options)
    try check(report, try await server.log(), texts)
    try await server.stop()
  }

  private func sent(_ log: [Event]) -> [String] {
    log.compactMap { if case .messageSent(_, _, let text) = $0 { text } else { nil } }
  }

  @Test func `everything typed arrives once`() async throws {
    try await drive(seed: 1, .init()) { report, log, texts in
      #expect(report.faults == [])
      #expect(sent(log).sorted() == texts.sorted())
      #expect(report.sessions == 12)
      #expect(report.messages == texts.count)
      #expect(report.acked == report.edits + report.messages)
      #expect(report.resent == 0)
      #expect(report.p99 >= report.p50 && report.p50 > 0)
    }
  }

  @Test(arguments: 2...5 as ClosedRange<UInt64>)
  func `a server that dies in the middle costs nothing`(seed: UInt64) async throws {
    var trouble = TestServer.Trouble()
    trouble.crashEvery = 97
    trouble.cutEvery = 41
    trouble.refuseEvery = 67
    trouble.most = 9
    trouble.fragments = true
    trouble.commitDelay = 3
    try await drive(seed: seed, trouble) { report, log, texts in
      #expect(report.faults == [], "seed \(seed)")
      #expect(sent(log).sorted() == texts.sorted(), "seed \(seed)")
      #expect(report.reconnects > 0, "seed \(seed)")
      #expect(report.resent > 0, "seed \(seed)")
    }
  }

  @Test func `a reader behind a reset fetches what the snapshot skipped`() async throws {
    var trouble = TestServer.Trouble()
    trouble.crashEvery = 50
    trouble.most = 6
    trouble.resumeEvents = 0
    try await drive(seed: 9, trouble) { report, log, texts in
      #expect(report.faults == [])
      #expect(sent(log).sorted() == texts.sorted())
    }
  }

  @Test func `a slow server only takes longer`() async throws {
    var trouble = TestServer.Trouble()
    trouble.commitDelay = 60
    try await drive(sessions: 4, seed: 10, trouble) { report, log, texts in
      #expect(report.faults == [])
      #expect(sent(log).sorted() == texts.sorted())
      #expect(report.p50 > 10)
    }
  }

  @Test func `acknowledgements go to a file as they come`() async throws {
    let (path, _) = try recording(sessions: 2, seed: 21)
    defer { unlink(path) }
    let server = try await TestServer(seed: 21)
    var options = DriveOptions(input: path, server: server.address, seed: 21)
    options.speed = 1_000
    options.acknowledgements = path + ".acks"
    defer { unlink(path + ".acks") }
    let report = try await Drive.run(options)
    let file = try #require(fopen(path + ".acks", "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
    #expect(lines.count == report.acked)
    let log = try await server.log()
    for line in lines {
      let fields = line.split(separator: " ").map(String.init)
      #expect(fields.count == 4)
      guard let offset = Int(fields[3]) else { continue }
      let author = try #require(ModelServer.author(of: log[offset]))
      #expect("\(author.by) \(author.session) \(author.seq)" == fields[..<3].joined(separator: " "))
    }
    try await server.stop()
  }

  @Test func `no server is said so`() async throws {
    let (path, _) = try recording(sessions: 1, seed: 30)
    defer { unlink(path) }
    var trouble = TestServer.Trouble()
    trouble.refusal = .forbidden
    let server = try await TestServer(seed: 30, trouble)
    let options = DriveOptions(input: path, server: server.address, seed: 30)
    await #expect(throws: DriveError.self) { try await Drive.run(options) }
    try await server.stop()
  }

  @Test func `a bad recording is said so with its line`() async throws {
    let path = "/tmp/verbatim-drive-\(getpid())-bad.jsonl"
    let file = try #require(fopen(path, "w"))
    fputs("{\"session\":\"a\",\"events\":[]}\n{\"session\":\"b\",\"events\":[{\"t\":0,", file)
    fclose(file)
    defer { unlink(path) }
    let server = try await TestServer(seed: 31)
    let options = DriveOptions(input: path, server: server.address, seed: 31)
    await #expect(throws: DriveError.recording(.badLine(2, "unfinished"))) {
      try await Drive.run(options)
    }
    try await server.stop()
  }
}
