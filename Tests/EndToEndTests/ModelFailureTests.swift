import Chat
import Foundation
import TestSupport
import Testing

/// The real server in front of models' servers that misbehave: what a room is told.
@Suite(.serialized) struct ModelFailureTests {
  private static let head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
  private static let partial = "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"
  private static let last =
    "data: {\"choices\":[{\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n"

  private static func answer(_ status: String, _ body: String = "") -> [HostileServer.Act] {
    [.send("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")]
  }

  /// What the first does; the code with which the second takes over, nil: it does not.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let acts: [HostileServer.Act]
    var takenOver: String?
    var text = "Hello"
    var finish = "stop"
    var error: String?
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "stalls before headers", acts: [.stall], takenOver: "first_token_timeout"),
    Case(
      name: "stalls before a token", acts: [.send(head + ": wait\n\n"), .stall],
      takenOver: "first_token_timeout"),
    Case(name: "closes at once", acts: [], takenOver: "interrupted"),
    Case(name: "500", acts: answer("500 Oh", #"{"error":"x"}"#), takenOver: "upstream_error"),
    Case(name: "429", acts: answer("429 Busy"), takenOver: "rate_limited"),
    Case(name: "garbage", acts: [.send("\u{1}\u{2}\r\n\r\n")], takenOver: "malformed_answer"),
    Case(
      name: "an error in the stream", acts: [.send(head + "data: {\"error\":\"x\"}\n\n"), .stall],
      takenOver: "upstream_error"),
    Case(
      name: "an endless line", acts: [.send(head + "data: "), .flood("xxxxxxxx")],
      takenOver: "oversized_answer"),
    Case(
      name: "stalls in the middle", acts: [.send(head + partial), .stall], text: "Hel",
      finish: "error", error: "idle_timeout"),
    Case(
      name: "is cut in the middle", acts: [.send(head + partial)], text: "Hel",
      finish: "interrupted"),
    Case(
      name: "errs in the middle", acts: [.send(head + partial + "data: {\"error\":\"x\"}\n\n")],
      text: "Hel", finish: "error", error: "upstream_error"),
    Case(name: "drips", acts: [.drip(head + partial + last, everyMilliseconds: 3)]),
  ]

  private func ask(_ client: RoomClient, _ text: String = "hello") throws -> [JSONObject] {
    try client.say(#"{"type":"send","seq":1,"draft":1,"text":"\#(text)"}"#)
    return try client.events { $0.string("type") == "reply.finished" }
  }

  private func text(_ events: [JSONObject]) -> String {
    events.compactMap { $0.string("type") == "reply.chunk" ? $0.string("text") : nil }.joined()
  }

  @Test(arguments: cases)
  func `each ends as specified in front of a healthy fallback`(hostile: Case) throws {
    let scratch = try Scratch()
    let first = HostileServer { _ in hostile.acts }
    let second = HostileServer(.send(Self.head + Self.partial + Self.last))
    defer {
      first.close()
      second.close()
    }
    let server = try ServerProcess(
      data: scratch.data,
      [
        "--model-url", first.base, "--model", "one", "--fallback-url", second.base,
        "--fallback-model", "two", "--model-first-token-timeout", "1500ms",
        "--model-idle-timeout", "1500ms",
      ])
    let client = try RoomClient(server)
    _ = try client.hello("aaaaa")
    let events = try ask(client)
    #expect(text(events) == hostile.text)
    let finish = events.last
    #expect(finish?.string("finish") == hostile.finish, "\(events)")
    #expect(finish?.object("error")?.string("code") == hostile.error)
    let failed = events.filter { $0.string("type") == "provider.failed" }
    #expect(
      failed.map { $0.object("error")?.string("code") } == (hostile.takenOver.map { [$0] } ?? []))
    #expect(failed.allSatisfy { $0.string("model") == "one" && $0.string("next") == "local" })
    #expect(second.requests.count == failed.count)
  }

  @Test(arguments: [true, false])
  func `a key is sent to its server, and stands nowhere else`(fromFile: Bool) throws {
    let scratch = try Scratch()
    let key = "sk-canary-7f3a"
    // Said twice, the second time where the server's words are cut.
    let words = "Incorrect API key: \(key)".padding(toLength: 495, withPad: ".", startingAt: 0)
    let model = HostileServer { _ in
      Self.answer("401 Unauthorized", #"{"error":{"message":"\#(words)\#(key)"}}"#)
    }
    defer { model.close() }
    let file = scratch.path + "/key"
    try Data("\(key)\n".utf8).write(to: URL(fileURLWithPath: file))
    let server = try ServerProcess(
      data: scratch.data,
      ["--model-url", model.base, "--model", "m"] + (fromFile ? ["--model-key-file", file] : []),
      environment: fromFile ? [:] : ["VERBATIM_MODEL_KEY": key])
    let client = try RoomClient(server)
    _ = try client.hello("aaaaa")
    let events = try ask(client)
    #expect(events.last?.object("error")?.string("code") == "unauthorized")
    #expect(model.requests.first?.contains("Authorization: Bearer \(key)\r\n") == true)
    let metrics = try server.get("/metrics") + server.get("/version") + server.get("/readyz")
    let line = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(server.pid ?? 0)/cmdline"))
    #expect(server.terminate() == 0)
    #expect(server.stderr.contains("Incorrect API key: ***"), "\(server.stderr)")
    var kept = [Data((metrics + server.stderr + "\(events)").utf8), line]
    let data = URL(fileURLWithPath: scratch.data)
    let paths = FileManager.default.enumerator(at: data, includingPropertiesForKeys: nil)
    for case let path as URL in try #require(paths) {
      if let bytes = try? Data(contentsOf: path) { kept.append(bytes) }
    }
    #expect(kept.count > 4)
    #expect(kept.allSatisfy { $0.range(of: Data(key.prefix(6).utf8)) == nil })
  }

  @Test func `a server that cannot prove who it is is not asked`() throws {
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl") else {
      print("skipped: no openssl")
      return
    }
    let scratch = try Scratch()
    let (key, certificate) = (scratch.path + "/key.pem", scratch.path + "/certificate.pem")
    let made = try run(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
        "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
      ])
    #expect(made.status == 0, "\(made.errors)")
    let port = HTTP.freePort()
    let impostor = try ChildProcess(
      "/usr/bin/openssl",
      ["s_server", "-www", "-accept", "\(port)", "-key", key, "-cert", certificate])
    var heard = Data()
    while heard.range(of: Data("ACCEPT".utf8)) == nil {
      let more = try impostor.output?.read(upToCount: 1) ?? Data()
      guard !more.isEmpty else { throw ServerProcess.Failure(impostor.errors) }
      heard += more
    }
    let server = try ServerProcess(
      data: scratch.data, ["--model-url", "https://127.0.0.1:\(port)/v1", "--model", "m"],
      environment: ["VERBATIM_MODEL_KEY": "sk-canary"])
    let client = try RoomClient(server)
    _ = try client.hello("aaaaa")
    let finish = try ask(client).last
    impostor.kill()
    #expect(finish?.object("error")?.string("code") == "untrusted")
  }

  @Test(arguments: [
    (["--model-url", "http://127.0.0.1:1/v1"], "name of a model"),
    (["--model-url", "ftp://models.example", "--model", "m"], "http(s)://HOST"),
    (["--model-url", "http://a:b@models.example/v1", "--model", "m"], "http(s)://HOST"),
    (["--model-url", "script:", "--model-key-file", "/dev/null"], "a key"),
    (["--model-url", "script:", "--model-key-file", "/nonexistent"], "cannot be read"),
    (["--model-url", "script:", "--fallback-model", "m"], "belongs to the first address"),
    (["--model-url", "script:", "--model-idle-timeout", "soon"], "500ms"),
    (["--model-url", "script:", "--model-first-token-timeout", "0s"], "at most an hour"),
    (["--model-url", "script:", "--model-connect-timeout", "2h"], "5s"),
  ])
  func `models that cannot be asked as it was said are refused in words`(
    _ flags: [String], _ words: String
  ) throws {
    let said = try expectRefusal(of: flags, saying: words)
    #expect(!said.contains("a:b@"))
  }

  @Test func `several fallbacks are asked in their order, each with its own name and key`() throws {
    let scratch = try Scratch()
    let servers = (0..<3).map { _ in HostileServer { _ in Self.answer("500 Oh") } }
    let server = try ServerProcess(
      data: scratch.data,
      [
        "--model-url", servers[0].base, "--model", "one", "--fallback-url", servers[1].base,
        "--fallback-model", "two", "--fallback-url", servers[2].base, "--fallback-model", "three",
        "--fallback-url", "script:0",
      ], environment: ["VERBATIM_FALLBACK_KEY": "-,sk-three"])
    let client = try RoomClient(server)
    _ = try client.hello("aaaaa")
    let events = try ask(client)
    servers.forEach { $0.close() }
    let failed = events.filter { $0.string("type") == "provider.failed" }
    #expect(failed.map { $0.string("model") } == ["one", "two", "three"])
    #expect(failed.map { $0.string("next") } == ["local", "local", "script"])
    #expect(events.last?.string("finish") == "stop")
    let keyed = servers.map { $0.requests.first?.contains("Authorization") ?? true }
    #expect(keyed == [false, false, true])
  }
}
