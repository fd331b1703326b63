import Chat
import TestSupport
import Testing

@testable import Companion

/// Who is asked, how often and in which words, over real sockets.
@Suite struct ProviderOrderTests {
  private static let head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"

  private static func answer(_ text: String) -> [HostileServer.Act] {
    let choice = "{\"delta\":{\"content\":\"\(text)\"},\"finish_reason\":\"stop\"}"
    return [.send(head + "data: {\"choices\":[\(choice)]}\n\ndata: [DONE]\n\n")]
  }

  private static func refusal(_ status: String, _ body: String) -> [HostileServer.Act] {
    [.send("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")]
  }

  private func provider(_ server: HostileServer, _ name: String) throws -> Provider {
    try Provider(address: server.base, model: "m", name: name)
  }

  /// A house whose first provider does as told, with a healthy one behind it if wanted.
  private func run(
    _ first: HostileServer, _ second: HostileServer?, messages: Int,
    _ change: (inout CompanionOptions) -> Void = { $0.timeouts.firstToken = 1_000 }
  ) async throws -> [Event] {
    var providers = [try provider(first, "first")]
    if let second { providers.append(try provider(second, "second")) }
    let house = try House(providers, change)
    var events: [Event] = []
    for number in 1...messages {
      try house.say("message \(number)")
      events = try await house.eventsUntilFinish(number)
    }
    house.close()
    first.close()
    second?.close()
    return events
  }

  @Test func `a dead primary costs one timeout, and the next replies begin at once`() async throws {
    let dead = HostileServer(.stall)
    let second = HostileServer { _ in Self.answer("well") }
    let events = try await run(dead, second, messages: 5)
    #expect(dead.requests.count == 1)
    #expect(second.requests.count == 5)
    #expect(events.finishes.map(\.finish) == Array(repeating: .stop, count: 5))
    #expect(
      events.failures.map(\.error.code)
        == ["first_token_timeout"] + Array(repeating: "passed_over", count: 4))
    #expect(events.failures.allSatisfy { $0.provider == "first" && $0.next == "second" })
    #expect(events.failures.first.map { $0.waitedMilliseconds >= 1_000 } == true)
  }

  @Test func `a primary that comes back is asked again when its rest is over`() async throws {
    let first = HostileServer { $0 == 0 ? [.stall] : Self.answer("back") }
    let second = HostileServer { _ in Self.answer("well") }
    let events = try await run(first, second, messages: 3) {
      $0.timeouts.firstToken = 1_000
      $0.breaker.rest = 0
    }
    #expect(events.failures.map(\.error.code) == ["first_token_timeout"])
    #expect(events.replyText == "wellbackback")
    #expect(first.requests.count == 3)
  }

  @Test(arguments: [
    "Retry-After: 300",
    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:54:37 GMT",
    "Retry-After: 99999999999",
  ])
  func `who asks to be left alone is not asked again before`(field: String) async throws {
    let busy = HostileServer(
      .send("HTTP/1.1 429 Too Many Requests\r\n\(field)\r\nContent-Length: 0\r\n\r\n"))
    let second = HostileServer { _ in Self.answer("well") }
    let events = try await run(busy, second, messages: 3)
    #expect(busy.requests.count == 1)
    #expect(events.failures.map(\.error.code) == Array(repeating: "rate_limited", count: 3))
    #expect(events.replyText == "wellwellwell")
  }

  @Test(arguments: [
    "Retry-After: 1", "retry-after-ms: 20",
    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:49:38 GMT",
  ])
  func `a short wait is waited for where nobody else is left, within the same reply`(
    field: String
  ) async throws {
    let busy = HostileServer {
      $0 == 0
        ? [.send("HTTP/1.1 429 Too Many Requests\r\n\(field)\r\nContent-Length: 0\r\n\r\n")]
        : Self.answer("now")
    }
    let events = try await run(busy, nil, messages: 1)
    #expect(busy.requests.count == 2)
    #expect(events.failures.isEmpty)
    #expect(events.replyText == "now")
    #expect(events.finishes.map(\.finish) == [.stop])
  }

  @Test func `a long wait is an error at once, and no request is made until it is over`()
    async throws
  {
    let busy = HostileServer(
      .send("HTTP/1.1 503 Busy\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n"))
    let events = try await run(busy, nil, messages: 2)
    #expect(busy.requests.count == 1)
    #expect(events.finishes.map(\.error?.code) == ["upstream_error", "rate_limited"])
  }

  @Test func `a server that refuses stream options is asked without, and from then on`()
    async throws
  {
    let server = HostileServer {
      $0 == 0
        ? Self.refusal(
          "422 Unprocessable Entity",
          #"{"detail":[{"loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}"#)
        : Self.answer("yes")
    }
    let events = try await run(server, nil, messages: 2)
    #expect(events.replyText == "yesyes")
    #expect(events.failures.isEmpty)
    #expect(server.requests.map { $0.contains("stream_options") } == [true, false, false])
  }

  @Test func `a model that takes the newer bound alone is asked with it`() async throws {
    let server = HostileServer {
      $0 == 0
        ? Self.refusal(
          "400 Bad Request",
          #"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this "#
            + #"model. Use 'max_completion_tokens' instead.","code":"unsupported_parameter"}}"#)
        : Self.answer("yes")
    }
    let events = try await run(server, nil, messages: 2)
    #expect(events.replyText == "yesyes")
    #expect(
      server.requests.map { $0.contains("\"max_completion_tokens\":512") } == [false, true, true])
    #expect(server.requests.allSatisfy { $0.contains("stream_options") })
  }

  @Test func `a request that is refused in every shape is asked twice, then the next takes over`()
    async throws
  {
    let server = HostileServer { _ in Self.refusal("400 Bad Request", #"{"error":"no"}"#) }
    let second = HostileServer { _ in Self.answer("well") }
    let events = try await run(server, second, messages: 1)
    #expect(server.requests.count == 2)
    #expect(events.failures.map(\.error.code) == ["bad_request"])
    #expect(events.replyText == "well")
  }

  @Test func `no redirect is followed, and no address that a visitor writes is fetched`()
    async throws
  {
    let trap = HostileServer { _ in Self.answer("caught") }
    let first = HostileServer(
      .send(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: \(trap.base)/chat/completions\r\n"
          + "Content-Length: 0\r\n\r\n"))
    let second = HostileServer { _ in Self.answer("see \(trap.base)/image.png") }
    let house = try House([
      try Provider(address: first.base, model: "m", key: Secret("sk-1"), name: "first"),
      try provider(second, "second"),
    ])
    try house.say("look at \(trap.base)/page and ![x](\(trap.base)/image.png)")
    let events = try await house.eventsUntilFinish()
    house.close()
    for server in [first, second, trap] { server.close() }
    #expect(events.failures.map(\.error.code) == ["malformed_answer"])
    #expect(events.finishes.map(\.finish) == [.stop])
    #expect(trap.requests.isEmpty)
  }
}
