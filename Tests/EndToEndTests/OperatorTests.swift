import Chat
import Client
import Foundation
import Testing

/// The operator's hand in a real server, by the real command, seen through every door.
@Suite(.serialized) struct OperatorTests {
  private func type(_ client: RoomClient, _ seq: Int, _ text: String, draft: Int) throws {
    try client.say(
      #"{"type":"edit","seq":\#(seq),"draft":\#(draft),"at":0,"del":0,"ins":"\#(text)","#
        + #""kind":"type"}"#)
    #expect(try client.ackOrError(seq) == "")
  }

  /// Types and sends; returns the message's offset.
  private func send(_ client: RoomClient, _ seq: Int, _ text: String, draft: Int) throws -> Int64 {
    try type(client, seq, text, draft: draft)
    try client.say(#"{"type":"send","seq":\#(seq + 1),"draft":\#(draft)}"#)
    let ack = try client.next("ack") { $0.integer("seq") == Int64(seq + 1) }
    return try #require(ack.integer("offset"))
  }

  private func moderate(_ server: ServerProcess, _ arguments: String...) throws -> Outcome {
    try run(
      Binaries.path("verbatim"), ["moderate"] + arguments + ["--data", server.data])
  }

  /// Every public copy of the lobby, as text.
  private func copies(_ server: ServerProcess) throws -> [String: String] {
    let next = try #require(JSONParser.object(server.get("/rooms/lobby/digest"))?.integer("offset"))
    return [
      "text": try server.get("/rooms/lobby/transcript"),
      "text at": try server.get("/rooms/lobby/transcript?at=\(next)"),
      "JSON": try server.get(
        "/rooms/lobby/transcript", headers: ["Accept": "application/json"]),
      "messages": try server.get("/rooms/lobby/messages?limit=200"),
      "events": try server.get("/rooms/lobby/events?from=0"),
      "page": try server.get("/rooms/lobby"),
      "tail": try run(
        Binaries.path("verbatim"),
        ["tail", "lobby", "-o", "beginning", "-e", "--server", server.url]
      ).output,
    ]
  }

  @Test func `hidden words leave every door at once, stay for auditors, and over a restart`()
    throws
  {
    let scratch = try Scratch()
    let server = try ServerProcess(data: scratch.data)
    let mara = try RoomClient(server)
    _ = try mara.hello("aaaaa", #","name":"Mara""#)
    let offset = try send(mara, 1, "zanzibar", draft: 1)
    _ = try send(mara, 3, "harmless", draft: 2)
    for (door, copy) in try copies(server) where door != "page" {
      #expect(copy.contains("zanzibar"), "\(door)")
    }
    let before = try JSONParser.object(server.get("/rooms/lobby/digest"))?.string("digest")

    let act = try moderate(server, "hide", "lobby", "\(offset)", "--reason", "advertising")
    #expect(act.status == 0, "\(act.errors)")
    let hidden = try #require(Int64(act.output.split(separator: " ").first ?? ""))
    #expect(hidden > offset)
    try mara.next("events") { frame in
      (frame.array("events") ?? []).contains {
        if case .object(let event) = $0 { event.string("type") == "message.hidden" } else { false }
      }
    }
    let digest = try #require(JSONParser.object(server.get("/rooms/lobby/digest")))
    #expect(digest.string("digest") != before, "a hidden mark settles")
    try checkHidden(server, offset)

    // A reader from the beginning, out of the segments, and one that gets a snapshot.
    let epoch = try #require(digest.string("epoch"))
    let late = try RoomClient(server)
    _ = try late.hello("bbbbb", #","watch":true,"from":"\#(epoch).0.-1""#)
    let seen = try late.events { $0.string("type") == "message.hidden" }
    #expect(seen.filter { $0.string("type") == "hidden" }.count == 2)
    #expect(!seen.contains { $0.string("ins") == "zanzibar" || $0.string("text") == "zanzibar" })

    try server.killAndRestart()
    try checkHidden(server, offset)
    #expect(
      try JSONParser.object(server.get("/rooms/lobby/digest"))?.string("digest")
        == digest.string("digest"))
    #expect(server.terminate() == 0)
    #expect(try verbatim("dump", scratch.data).output.contains("zanzibar"), "auditors see it")
    #expect(try verbatim("verify", "--data", scratch.data).status == 0)
  }

  private func checkHidden(_ server: ServerProcess, _ offset: Int64) throws {
    for (door, copy) in try copies(server) {
      #expect(!copy.contains("zanzibar"), "\(door)")
      if door != "page" { #expect(copy.contains("harmless"), "\(door)") }
    }
    let page = try #require(JSONParser.object(server.get("/rooms/lobby/messages?limit=200")))
    guard case .object(let item)? = page.array("items")?.first else {
      Issue.record("no item")
      return
    }
    #expect(item.integer("offset") == offset)
    #expect(item.string("hidden") == "advertising")
  }

  @Test func `the muted cannot write until they may, and a room is slowed, closed and opened`()
    throws
  {
    let scratch = try Scratch()
    let server = try ServerProcess(data: scratch.data)
    let mara = try RoomClient(server)
    let by = try #require(mara.hello("aaaaa").string("participant"))
    #expect(try moderate(server, "mute", "lobby", by, "--for", "1h").status == 0)
    try mara.say(#"{"type":"send","seq":1,"draft":1,"text":"hello"}"#)
    #expect(try mara.ackOrError(1) == "muted")
    #expect(try moderate(server, "unmute", "lobby", by).status == 0)
    try mara.say(#"{"type":"send","seq":1,"draft":1,"text":"hello"}"#)
    #expect(try mara.ackOrError(1) == "")

    #expect(try moderate(server, "mode", "lobby", "slow", "--every", "1h").status == 0)
    try mara.say(#"{"type":"send","seq":2,"draft":2,"text":"again"}"#)
    #expect(try mara.ackOrError(2) == "slow_mode")
    #expect(try moderate(server, "mode", "lobby", "read_only").status == 0)
    try mara.say(#"{"type":"send","seq":2,"draft":2,"text":"again"}"#)
    #expect(try mara.ackOrError(2) == "read_only")
    #expect(try moderate(server, "mode", "lobby", "open").status == 0)
    try mara.say(#"{"type":"send","seq":2,"draft":2,"text":"again"}"#)
    #expect(try mara.ackOrError(2) == "")
  }

  @Test func `what makes no sense is said, with the exit code of its kind`() throws {
    let scratch = try Scratch()
    let server = try ServerProcess(data: scratch.data)
    let mara = try RoomClient(server)
    _ = try mara.hello("aaaaa")
    for (arguments, status, word) in [
      (["hide", "lobby", "4000"], 2, "4000"), (["hide", "nowhere", "1"], 2, "nowhere"),
      (["mute", "lobby", "paaaaaaaaaaaa"], 2, "paaaaaaaaaaaa"),
      (["mute", "lobby", "somebody"], 2, "somebody"), (["mode", "lobby", "slow"], 2, "--every"),
      (["mode", "lobby", "loud"], 2, "loud"), (["hide", "Not A Room", "1"], 2, "Not A Room"),
    ] {
      let outcome = try run(
        Binaries.path("verbatim"), ["moderate"] + arguments + ["--data", scratch.data])
      #expect(outcome.status == Int32(status), "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.contains(word), "\(arguments): \(outcome.errors)")
    }
    #expect(server.terminate() == 0)
    #expect(!FileManager.default.fileExists(atPath: scratch.data + "/admin.sock"))
    let nobody = try run(
      Binaries.path("verbatim"), ["moderate", "mode", "lobby", "open", "--data", scratch.data])
    #expect(nobody.status == 3, "\(nobody.errors)")
    #expect(nobody.errors.contains("no server"))
  }

  @Test func `a word of the list never reaches the log, letter by letter, nor by drive`() throws {
    let scratch = try Scratch()
    let list = scratch.path + "/words"
    try "# not here\nzanzibar\n".write(toFile: list, atomically: true, encoding: .utf8)
    let server = try ServerProcess(
      data: scratch.data, ["--model-url", "none", "--filter", list])
    let mara = try RoomClient(server)
    _ = try mara.hello("aaaaa")
    try type(mara, 1, "anzibar", draft: 1)
    try mara.say(
      #"{"type":"edit","seq":2,"draft":1,"at":0,"del":0,"ins":"z","kind":"type"}"#)
    #expect(try mara.ackOrError(2) == "filtered")
    #expect(try server.get("/metrics").contains("filtered_total 1"))

    let typed = "zanzibar".enumerated().map {
      #"{"t":\#($0.offset),"op":"edit","at":\#($0.offset),"del":0,"ins":"\#($0.element)","#
        + #""kind":"type"}"#
    }
    let file = scratch.path + "/typing"
    try
      (#"{"session":"s1","events":[\#(typed.joined(separator: ",")),{"t":9,"op":"send"},"#
      + #"{"t":12,"op":"edit","at":0,"del":0,"ins":"fine","kind":"type"},{"t":20,"op":"send"}]}"#
      + "\n")
      .write(toFile: file, atomically: true, encoding: .utf8)
    let driven = try verbatim("drive", "--input", file, "--server", server.url)
    #expect(driven.status == 0, "\(driven.output) \(driven.errors)")
    #expect(driven.output.contains(#""filtered":1"#), "\(driven.output)")
    #expect(try server.get("/rooms/lobby/transcript").contains("fine"))
    #expect(server.terminate() == 0)
    #expect(try !verbatim("replay", "--data", scratch.data).output.contains("zanzibar"))
    #expect(try verbatim("verify", "--data", scratch.data).status == 0)
  }

  @Test func `tail of a directory in use sees what is committed, without a pause`() throws {
    let scratch = try Scratch()
    let server = try ServerProcess(data: scratch.data)
    let mara = try RoomClient(server)
    _ = try mara.hello("aaaaa")
    let offset = try send(mara, 1, "just now", draft: 1)
    let seen = try verbatim("tail", "lobby", "-o", "\(offset)", "-e", "--data", scratch.data)
    #expect(seen.status == 0, "\(seen.errors)")
    #expect(seen.output.contains("just now"), "\(seen.output)")
    #expect(server.terminate() == 0)
  }
}

extension JSONParser {
  fileprivate static func object(_ text: String) -> JSONObject? {
    let value = Array(text.utf8).withUnsafeBytes { try? parse($0, depth: 12) }
    guard case .object(let object)? = value else { return nil }
    return object
  }
}
