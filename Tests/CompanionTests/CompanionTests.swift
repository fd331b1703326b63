import Chat
import TestSupport
import Testing

@testable import Companion

/// The companion on its own thread, with a log on disk and models on real sockets.
@Suite struct CompanionTests {
  private static let head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"

  private static func chunk(_ text: String, _ finish: String? = nil) -> String {
    let end = finish.map { ",\"finish_reason\":\"\($0)\"" } ?? ""
    return "data: {\"choices\":[{\"delta\":{\"content\":\"\(text)\"}\(end)}]}\n\n"
  }

  private func provider(_ server: HostileServer, key: Secret? = nil) throws -> Provider {
    try Provider(address: server.base, model: "m", key: key, name: "first")
  }

  @Test func `a stop closes the connection, and the text so far stands`() async throws {
    let server = HostileServer(.send(Self.head + Self.chunk("Hel")), .stall)
    let house = try House([try provider(server)])
    try house.say("hello")
    _ = try await house.events { !$0.replyText.isEmpty }
    try house.write(.replyStopRequested(by: ParticipantID(person: 1), reply: 1))
    let events = try await house.eventsUntilFinish()
    #expect(events.finishes.map(\.finish) == [.stopped])
    #expect(events.replyText == "Hel")
    // The server sees the end of its connection before the companion is gone.
    while server.gone == 0 { await Task.yield() }
    house.close()
    server.close()
  }

  @Test func `the key is sent, and nothing of it reaches the log`() async throws {
    let server = HostileServer(
      .send(
        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 40\r\n\r\n"
          + "{\"error\":{\"message\":\"bad key sk-secret\"}} "))
    let house = try House([try provider(server, key: Secret("sk-secret"))])
    try house.say("hello")
    let events = try await house.eventsUntilFinish()
    house.close()
    server.close()
    #expect(server.requests.first?.contains("Authorization: Bearer sk-secret\r\n") == true)
    #expect(!"\(events)".contains("sk-secret"))
    #expect(events.finishes.first?.error?.code == "unauthorized")
  }

  @Test func `two messages in turn make two requests, the second with the first reply`()
    async throws
  {
    let server = HostileServer { number in
      [.send(Self.head + Self.chunk("answer \(number)", "stop"))]
    }
    let house = try House([try provider(server)])
    try house.say("one")
    _ = try await house.eventsUntilFinish()
    try house.say("two")
    let events = try await house.eventsUntilFinish(2)
    house.close()
    server.close()
    #expect(events.replyText == "answer 0answer 1")
    #expect(server.requests.count == 2)
    #expect(
      server.requests[1].contains(
        #"{"role":"assistant","content":"answer 0"},{"role":"user","content":"Somebody: two"}"#))
  }

  @Test func `stopping in mid-reply leaves it interrupted, with its text`() async throws {
    let server = HostileServer(.send(Self.head + Self.chunk("so far")), .stall)
    let house = try House([try provider(server)])
    try house.say("hello")
    _ = try await house.events { !$0.replyText.isEmpty }
    house.companion.stop()
    let events = try house.events()
    #expect(events.finishes.map(\.finish) == [.interrupted])
    #expect(events.replyText == "so far")
    house.close()
    server.close()
  }

  @Test func `a start closes what a crash left and answers what waits`() async throws {
    let server = HostileServer(.send(Self.head + Self.chunk("back", "stop")))
    let crashed = Event.replyStarted(
      ReplyStart(by: .companion, provider: "p", model: "m", to: [0], context: 0...0))
    let house = try House(
      [try provider(server)],
      before: [
        .message("one"), crashed, .replyChunk(by: .companion, reply: 1, text: "half"),
        .message("two", seq: 2), .message("three", seq: 3),
      ])
    let events = try await house.eventsUntilFinish(2)
    house.close()
    server.close()
    #expect(events.finishes.map(\.reply) == [1, 6])
    #expect(events.finishes.map(\.finish) == [.interrupted, .stop])
    let last = events.compactMap { if case .replyStarted(let start) = $0 { start } else { nil } }
      .last
    #expect(last?.to == [3, 4])
    #expect(last?.context == 0...4)
  }

  @Test func `a script answers the last message with its own words, always the same`() async throws
  {
    let house = try House([try Provider(address: "script:1", model: "")])
    try house.say("good evening all")
    let first = try await house.eventsUntilFinish()
    try house.say("good evening all")
    let second = try await house.eventsUntilFinish(2)
    house.close()
    #expect(first.replyText.hasSuffix("You wrote 3 words: good evening all."))
    #expect(second.replyText == first.replyText + first.replyText)
    let chunks = first.filter { if case .replyChunk = $0 { true } else { false } }
    #expect(chunks.count == first.replyText.split(separator: " ").count)
  }

  @Test func `two hundred messages before the companion comes are read in one go`() async throws {
    var before: [Event] = []
    for index in 1...200 { before.append(.message("message \(index)", seq: Int64(index))) }
    let house = try House([try Provider(address: "script:0", model: "")], before: before)
    let events = try await house.eventsUntilFinish()
    house.close()
    guard
      case .replyStarted(let start)? = events.first(where: {
        if case .replyStarted = $0 { true } else { false }
      })
    else {
      Issue.record("no reply")
      return
    }
    #expect(start.to == Array(0..<200))
    #expect(events.replyText.contains("message 200"))
  }
}
