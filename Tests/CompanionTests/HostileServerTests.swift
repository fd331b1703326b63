import Chat
import TestSupport
import Testing

@testable import Companion

/// What a model's server can do to us over a real socket, with a healthy one behind it.
@Suite struct HostileServerTests {
  private static let head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
  private static let role = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n"
  private static let partial = "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"
  private static let rest =
    "data: {\"choices\":[{\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n"
  private static let done = "data: [DONE]\n\n"

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let acts: [HostileServer.Act]
    /// The code of `provider.failed`, after which the healthy one answers; nil: no failure.
    var failed: ModelFault?
    var text = "from the other"
    var finish = Finish.stop
    var error: ModelFault?
    var testDescription: String { name }
  }

  private static func error(_ status: String) -> [HostileServer.Act] {
    [.send("HTTP/1.1 \(status)\r\nContent-Length: 20\r\n\r\n{\"error\":\"go away  \"}")]
  }

  static let takenOver = [
    Case(name: "stalls before headers", acts: [.stall], failed: .firstTokenTimeout),
    Case(name: "stalls behind headers", acts: [.send(head), .stall], failed: .firstTokenTimeout),
    Case(
      name: "stalls before the first token", acts: [.send(head + role), .stall],
      failed: .firstTokenTimeout),
    Case(
      name: "sends comments and no token",
      acts: [.send(head), .drip(pings, everyMilliseconds: 10)],
      failed: .firstTokenTimeout),
    Case(name: "closes at once", acts: [], failed: .interrupted),
    Case(name: "ends before a token", acts: [.send(head + role)], failed: .interrupted),
    Case(name: "is done before it began", acts: [.send(head + done)], failed: .interrupted),
    Case(
      name: "says it broke off before a token",
      acts: [.send(head + role + "data: {\"choices\":[{\"finish_reason\":\"error\"}]}\n\n")],
      failed: .upstreamError),
    Case(name: "500", acts: error("500 Internal Server Error"), failed: .upstreamError),
    Case(name: "429", acts: error("429 Too Many Requests"), failed: .rateLimited),
    Case(name: "401", acts: error("401 Unauthorized"), failed: .unauthorized),
    Case(
      name: "redirects", acts: [.send("HTTP/1.1 302 Found\r\nLocation: /v1\r\n\r\n")],
      failed: .malformed),
    Case(
      name: "stalls inside an error body",
      acts: [.send("HTTP/1.1 503 Busy\r\nContent-Length: 99\r\n\r\n{\"err"), .stall],
      failed: .upstreamError),
    Case(
      name: "stalls behind the head of an error",
      acts: [.send("HTTP/1.1 503 Busy\r\nContent-Length: 99\r\n\r\n"), .stall],
      failed: .upstreamError),
    Case(name: "garbage for HTTP", acts: [.send("\u{0}\u{1}garbage\r\n\r\n")], failed: .malformed),
    Case(
      name: "garbage for events", acts: [.send(head + "data: \u{1}{]\n\n")], failed: .malformed),
    Case(
      name: "an error in the stream",
      acts: [
        .send(head + role + "data: {\"error\":{\"code\":500,\"message\":\"x\"}}\n\n"), .stall,
      ],
      failed: .upstreamError),
    Case(
      name: "an endless line", acts: [.send(head + "data: "), .flood("xxxxxxxxxxxxxxxx")],
      failed: .oversized),
    Case(
      name: "endless headers", acts: [.send("HTTP/1.1 200 OK\r\n"), .flood("x: y\r\n")],
      failed: .interrupted),
  ]

  static let spoken = [
    Case(
      name: "healthy", acts: [.send(head + role + partial + rest + done)], text: "Hello"),
    Case(
      name: "drips", acts: [.drip(head + partial + rest, everyMilliseconds: 2)], text: "Hello"),
    Case(
      name: "drips for longer than a silence may last",
      acts: [.drip(head + partial + rest, everyMilliseconds: 15)], text: "Hello"),
    Case(
      name: "pings for longer than a silence may last",
      acts: [
        .send(head + partial), .drip(String(pings.prefix(900)), everyMilliseconds: 3), .send(rest),
      ], text: "Hello"),
    Case(
      name: "finishes and never closes", acts: [.send(head + partial + rest), .stall],
      text: "Hello"),
    Case(
      name: "stalls in the middle", acts: [.send(head + partial), .stall], text: "Hel",
      finish: .error, error: .idleTimeout),
    Case(
      name: "is cut in the middle", acts: [.send(head + partial)], text: "Hel", finish: .interrupted
    ),
    Case(
      name: "errs in the middle", acts: [.send(head + partial + "data: {\"error\":\"x\"}\n\n")],
      text: "Hel", finish: .error, error: .upstreamError),
    Case(
      name: "garbage in the middle", acts: [.send(head + partial + "data: x\n\n")], text: "Hel",
      finish: .error, error: .malformed),
    Case(
      name: "an endless line in the middle", acts: [.send(head + partial), .flood("data: x")],
      text: "Hel", finish: .error, error: .oversized),
    Case(
      name: "speaks without end",
      acts: [
        .send(head), .flood("data: {\"choices\":[{\"delta\":{\"content\":\"abcdefgh\"}}]}\n\n"),
      ],
      text: String(repeating: "abcdefgh", count: 2_000), finish: .length),
  ]

  private static let pings = String(repeating: ":\n\n", count: 5_000)

  @Test(arguments: takenOver + spoken)
  func `each ends as specified, and none as a success it was not`(hostile: Case) async throws {
    let first = HostileServer { _ in hostile.acts }
    let second = HostileServer(
      .send(
        Self.head
          + "data: {\"choices\":[{\"delta\":{\"content\":\"from the other\"},"
          + "\"finish_reason\":\"stop\"}]}\n\n"
      ))
    defer {
      first.close()
      second.close()
    }
    let house = try House([
      try Provider(address: first.base, model: "m1", name: "first"),
      try Provider(address: second.base, model: "m2", name: "second"),
    ]) {
      $0.timeouts.firstToken = 2_000
      $0.timeouts.idle = 2_000
      $0.timeouts.token = 6_000
      $0.timeouts.linger = 300
    }
    try house.say("hello")
    let events = try await house.eventsUntilFinish()
    house.close()
    #expect(events.replyText == hostile.text)
    #expect(events.finishes.map(\.finish) == [hostile.finish])
    #expect(events.finishes.first?.error == hostile.error?.failure)
    #expect(events.failures.map(\.error) == (hostile.failed.map { [$0.failure] } ?? []))
    #expect(events.failures.map(\.next) == (hostile.failed == nil ? [] : ["second"]))
    #expect(second.requests.count == (hostile.failed == nil ? 0 : 1))
  }

  @Test func `who drips words for ever is hung up on, and the words stand`() async throws {
    let server = HostileServer(
      .send(Self.head), .drip(String(repeating: Self.partial, count: 40), everyMilliseconds: 2))
    let house = try House([try Provider(address: server.base, model: "m")]) {
      $0.timeouts.whole = 1_000
    }
    try house.say("hello")
    let events = try await house.eventsUntilFinish()
    house.close()
    server.close()
    #expect(events.finishes.map(\.finish) == [.error])
    #expect(events.finishes.first?.error == ModelFault.replyTimeout.failure)
    #expect(events.replyText.hasPrefix("Hel"))
  }

  @Test func `nobody at the address is a failure like any other`() async throws {
    let gone = HostileServer()
    let address = gone.base
    gone.close()
    let house = try House([try Provider(address: address, model: "m", name: "gone")])
    try house.say("hello")
    let events = try await house.eventsUntilFinish()
    house.close()
    #expect(events.finishes.map(\.finish) == [.error])
    #expect(["unreachable", "interrupted"].contains(events.finishes.first?.error?.code))
    #expect(events.failures.map(\.next) == [nil])
  }
}
