import Chat
import Foundation
import Projector
import Testing

/// The real llama-server, as `dev/model` got it.
final class LlamaServer {
  private let process: ChildProcess
  let port: Int
  let url: String

  /// - Parameter runsOn: it never ends a reply by itself, however it rolls its dice.
  init(slots: Int = 2, runsOn: Bool = false) throws {
    guard let binary = Given.path("VERBATIM_LLAMA_SERVER"),
      let model = Given.path("VERBATIM_MODEL_GGUF")
    else { throw ServerProcess.Failure("no llama-server; see dev/model") }
    port = HTTP.freePort()
    url = "http://127.0.0.1:\(port)/v1"
    process = try ChildProcess(
      binary,
      [
        "-m", model, "--host", "127.0.0.1", "--port", "\(port)", "-c", "\(slots * 2_048)",
        "-np", "\(slots)", "-t", "1", "--alias", "SmolLM2", "--jinja",
      ] + (runsOn ? ["--ignore-eos"] : []))
    while (try? HTTP.exchange("http://127.0.0.1:\(port)/health"))?.status != 200 {
      guard process.isRunning else { throw ServerProcess.Failure(process.errors) }
      sched_yield()
    }
  }

  /// Slots in which it works on something.
  func busySlots() throws -> Int {
    let slots = try HTTP.get("http://127.0.0.1:\(port)/slots")
    let parsed = try JSONSerialization.jsonObject(with: Data(slots.utf8)) as? [[String: Any]]
    guard let parsed else { throw ServerProcess.Failure("no slots: \(slots)") }
    return parsed.count { $0["is_processing"] as? Bool == true }
  }

  static var isHere: Bool {
    Given.path("VERBATIM_LLAMA_SERVER") != nil && Given.path("VERBATIM_MODEL_GGUF") != nil
  }
}

private func chunk(_ event: JSONObject) -> String? {
  event.string("type") == "reply.chunk" ? event.string("text") : nil
}

@Suite(.serialized) struct ModelTests {
  private func start(_ scratch: Scratch, _ model: LlamaServer) throws -> ServerProcess {
    try ServerProcess(data: scratch.data, ["--model-url", model.url, "--model", "SmolLM2"])
  }

  private func ask(_ client: RoomClient, _ text: String) throws {
    try client.say(
      #"{"type":"edit","seq":1,"draft":1,"at":0,"del":0,"ins":"\#(text)","kind":"paste"}"#)
    try client.say(#"{"type":"send","seq":2,"draft":1}"#)
  }

  @Test(.enabled(if: LlamaServer.isHere))
  func `a real model answers, and everybody gets the same chunks in the same order`() throws {
    let scratch = try Scratch()
    let model = try LlamaServer()
    let server = try start(scratch, model)
    let (one, two) = (try RoomClient(server), try RoomClient(server))
    _ = try one.hello("aaaaa", #","name":"Mara""#)
    _ = try two.hello("bbbbb", #","name":"Wren""#)
    try ask(one, "Say hello in one short sentence.")
    let isOver = { (event: JSONObject) in event.string("type") == "reply.finished" }
    let (first, second) = (try one.events(until: isOver), try two.events(until: isOver))
    let chunks = first.compactMap(chunk)
    #expect(chunks.count > 1, "it streams")
    #expect(second.compactMap(chunk) == chunks)
    let finish = first.first(where: isOver)?.string("finish")
    #expect(finish == "stop" || finish == "length")
    let usage = first.first(where: isOver)?.object("usage")
    #expect((usage?.integer("completion") ?? 0) > 0)
    #expect(server.terminate() == 0)
    let item = try #require(try Replayed(scratch.data).projection[.lobby]?.items.last)
    #expect(item.by == .companion)
    #expect(item.text == chunks.joined(), "the joined chunks are the reply")
    #expect(item.reply?.finish.rawValue == finish)
  }

  @Test(.enabled(if: LlamaServer.isHere))
  func `killed in mid-reply, the room comes back with the reply interrupted and its text so far`()
    throws
  {
    let scratch = try Scratch()
    let model = try LlamaServer()
    let server = try start(scratch, model)
    let client = try RoomClient(server)
    _ = try client.hello("aaaaa", #","name":"Mara""#)
    try ask(client, "Tell a very long story about a lighthouse, with many details.")
    let seen = try client.events { chunk($0) != nil }.compactMap(chunk)
    try server.killAndRestart()
    let late = try RoomClient(server)
    _ = try late.hello("bbbbb", #","watch":true"#)
    let snapshot = try late.next("snapshot")
    var items = snapshot.array("items") ?? []
    if items.count < 2 {
      // The reply was still open when we came; its end comes as an event.
      _ = try late.events { $0.string("type") == "reply.finished" }
      let again = try RoomClient(server)
      _ = try again.hello("ccccc", #","watch":true"#)
      items = try again.next("snapshot").array("items") ?? []
    }
    guard case .object(let reply)? = items.last else {
      Issue.record("no reply in \(items)")
      return
    }
    #expect(reply.string("finish") == "interrupted")
    #expect(reply.string("text")?.hasPrefix(seen.joined()) == true)
    #expect(try verbatim("verify", "--data", scratch.data).status == 0)
  }

  @Test func `without a model a script answers, and the page can tell`() throws {
    let scratch = try Scratch()
    let server = try ServerProcess(data: scratch.data, ["--model-url", "script:0"])
    #expect(try server.get("/version").contains(#""model":"scripted""#))
    let client = try RoomClient(server)
    _ = try client.hello("aaaaa")
    try ask(client, "Hello?")
    let events = try client.events { $0.string("type") == "reply.finished" }
    #expect(events.compactMap(chunk).joined().isEmpty == false)
  }
}
