import Chat
import Foundation
import Testing

/// What an operator sees of a running server, and its end.
@Suite struct OperationTests {
  private static var python: String? { Given.path("VERBATIM_PROMETHEUS_PYTHON") }
  private static let clients = 1_000

  /// The parser of Prometheus' own client, strict about types and help.
  private static let parse = """
    import sys
    from prometheus_client.parser import text_string_to_metric_families as families
    found = list(families(sys.stdin.read() if len(sys.argv) < 2 else open(sys.argv[1]).read()))
    assert found and all(f.documentation and f.type in ("counter", "gauge") for f in found)
    assert all(f.name.startswith("verbatim_") and len(f.samples) == 1 for f in found)
    assert len({f.name for f in found}) == len(found)
    print(len(found))
    """

  @Test(.enabled(if: python != nil))
  func `metrics are what a parser of Prometheus' format expects`() throws {
    let scratch = try Scratch()
    let server = try ServerProcess(data: scratch.data)
    let client = try RoomClient(server)
    _ = try client.hello("aaaaa")
    let file = scratch.path + "/metrics"
    try server.get("/metrics").write(toFile: file, atomically: true, encoding: .utf8)
    let outcome = try run(Self.python ?? "", ["-c", Self.parse, file])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(server.terminate() == 0)
  }

  @Test func `with a thousand clients a stop says goodbye to each, and ends with 0`() throws {
    let scratch = try Scratch()
    let server = try ServerProcess(data: scratch.data, ["--model-url", "none", "--limits", "off"])
    let clients = try (0..<Self.clients).map { _ in try RoomClient(server) }
    for (index, client) in clients.enumerated() {
      let session = "\(SessionID(bits: UInt32(index)))"
      try client.say(#"{"type":"hello","session":"\#(session)","watch":true}"#)
    }
    for client in clients { try client.next("welcome") }
    let begin = DispatchTime.now()
    #expect(server.terminate() == 0)
    let seconds = Double(DispatchTime.now().uptimeNanoseconds - begin.uptimeNanoseconds) / 1e9
    print("a stop with \(Self.clients) clients: \(seconds) s")
    for client in clients {
      let bye = try client.next("bye")
      #expect(bye.integer("code") == 1001)
      #expect((bye.integer("retry_ms") ?? 0) >= 500)
    }
    #expect(try verbatim("verify", "--data", scratch.data).status == 0)
  }

  @Test func `the server's talk is one line a happening, without a token or a word of anybody`()
    throws
  {
    let scratch = try Scratch()
    let server = try ServerProcess(data: scratch.data)
    let client = try RoomClient(server)
    let token = try client.hello("aaaaa", #","name":"Marguerite""#).string("token") ?? ""
    try client.say(#"{"type":"send","seq":1,"draft":1,"text":"unforgettable"}"#)
    #expect(try client.ackOrError(1) == "")
    #expect(server.terminate() == 0)
    let lines = server.stderr.split(separator: "\n")
    #expect(lines.contains { $0.contains("what=listening") })
    #expect(lines.contains { $0.contains("what=stopping") })
    for line in lines {
      #expect(line.hasPrefix("time=20") && line.contains(" level="), "\(line)")
      #expect(line.contains(" from=") && line.contains(" what="), "\(line)")
    }
    for secret: String in [token, "Marguerite", "unforgettable"] {
      #expect(!secret.isEmpty && !server.stderr.contains(secret))
    }
  }
}
