import Chat
import Foundation
import Projector
import Testing

/// The same questions to whatever server `dev/model-servers` started.
///
/// `VERBATIM_MODEL_SERVER` is its base address, `VERBATIM_MODEL_SERVER_NAME` its model's name.
@Suite(.serialized) struct ModelServerTests {
  private static let environment = ProcessInfo.processInfo.environment
  static var url: String? { environment["VERBATIM_MODEL_SERVER"] }
  private static var model: String { environment["VERBATIM_MODEL_SERVER_NAME"] ?? "" }

  private func server(_ scratch: Scratch, _ more: String..., model: String? = nil) throws
    -> ServerProcess
  {
    try ServerProcess(
      data: scratch.data,
      ["--model-url", Self.url ?? "", "--model", model ?? Self.model] + more)
  }

  private func ask(_ client: RoomClient, _ text: String, seq: Int = 1) throws {
    try client.say(#"{"type":"send","seq":\#(seq),"draft":\#(seq),"text":"\#(text)"}"#)
  }

  private func isOver(_ event: JSONObject) -> Bool { event.string("type") == "reply.finished" }

  private func text(_ events: [JSONObject]) -> String {
    events.compactMap { $0.string("type") == "reply.chunk" ? $0.string("text") : nil }.joined()
  }

  @Test(.enabled(if: url != nil))
  func `it streams a reply to its end, with usage, the same to everybody and in the log`() throws {
    let scratch = try Scratch()
    let server = try server(scratch)
    let (one, two) = (try RoomClient(server), try RoomClient(server))
    _ = try one.hello("aaaaa", #","name":"Mara""#)
    _ = try two.hello("bbbbb", #","name":"Wren""#)
    try ask(one, "Say something with an emoji 🙂, please.")
    let (first, second) = (try one.events(until: isOver), try two.events(until: isOver))
    let finish = try #require(first.last(where: isOver))
    #expect(["stop", "length"].contains(finish.string("finish")), "\(finish)")
    #expect(finish.object("usage")?.integer("completion") ?? 0 > 0, "\(finish)")
    #expect(!first.contains { $0.string("type") == "provider.failed" }, "\(first)")
    #expect(text(first) == text(second))
    #expect(server.terminate() == 0)
    let item = try #require(try Replayed(scratch.data).projection[.lobby]?.items.last)
    #expect(item.text == text(first))
  }

  @Test(.enabled(if: url != nil))
  func `a model it does not have is a failure, and the next one answers`() throws {
    let scratch = try Scratch()
    let server = try server(scratch, "--fallback-url", "script:0", model: "no/such-model")
    let client = try RoomClient(server)
    _ = try client.hello("aaaaa")
    try ask(client, "Is anybody there?")
    let events = try client.events(until: isOver)
    let failed = events.first { $0.string("type") == "provider.failed" }
    if failed == nil {
      // llama.cpp has one model and answers by whatever name.
      #expect(!text(events).contains("no model is connected"))
    } else {
      #expect(failed?.string("next") == "script")
      #expect(text(events).contains("no model is connected"))
      print("refused with", failed?.object("error")?.string("code") ?? "?")
    }
    #expect(["stop", "length"].contains(events.last(where: isOver)?.string("finish")))
  }

  @Test(.enabled(if: url != nil))
  func `stopped in mid-reply it keeps its words, and answers the next message`() throws {
    let scratch = try Scratch()
    let server = try server(scratch)
    let client = try RoomClient(server)
    _ = try client.hello("aaaaa", #","name":"Mara""#)
    try ask(client, "Tell a very long story.")
    let begun = try client.events { $0.string("type") == "reply.chunk" }
    let reply = try #require(begun.last?.integer("reply"))
    try client.say(#"{"type":"stop","reply":\#(reply)}"#)
    let events = try client.events(until: isOver)
    let finish = events.last(where: isOver)?.string("finish")
    #expect(finish == "stopped" || finish == "length", "it may have been quicker")
    try ask(client, "And now?", seq: 2)
    let next = try client.events { event in
      isOver(event) && event.integer("reply") != reply
    }
    #expect(["stop", "length"].contains(next.last(where: isOver)?.string("finish")))
  }
}
