import Chat
import Projector
import Testing

@testable import Rooms

/// Every limit on text, one below it, at it and one above, in scalars of four bytes; the numbers
/// are those that `welcome` told.
@Suite struct LimitTests {
  private static func text(_ scalars: Int64) -> String {
    String(repeating: "🌊", count: Int(scalars))
  }

  private func limit(_ name: String, _ said: [JSONObject]) throws -> Int64 {
    try #require(said.first?.object("limits")?.integer(name))
  }

  private func open(_ more: String = "") throws -> (World, Client, [JSONObject]) {
    let world = try World()
    let mara = world.open()
    return (world, mara, mara.hello("aaaaa", more))
  }

  private func length(_ world: World) -> Int? {
    world.admission.state(of: .lobby)?.openDrafts.first?.text.scalars
  }

  private func expectTooLarge(_ said: [JSONObject], limit: Int64) {
    #expect(said.errors == ["too_large"])
    #expect(said.of("error").first?.integer("limit") == limit)
    #expect(said.events.isEmpty)
  }

  @Test func `an insertion`() throws {
    let (world, mara, said) = try open()
    let most = try limit("insert", said)
    #expect(most == 4_000)
    #expect(mara.ask(keys(1, Self.text(most - 1))).errors.isEmpty)
    expectTooLarge(mara.ask(keys(2, del: Int(most) - 1, Self.text(most + 1))), limit: most)
    #expect(mara.ask(keys(2, del: Int(most) - 1, Self.text(most))).errors.isEmpty)
    #expect(length(world) == Int(most))
  }

  @Test func `a draft that grows by edits, and the message it becomes`() throws {
    let (world, mara, said) = try open()
    let most = try limit("message", said)
    #expect(most == 8_000)
    let half = Int(most / 2)
    mara.ask(keys(1, Self.text(most / 2)))
    #expect(mara.ask(keys(2, at: half, Self.text(most / 2 - 1))).errors.isEmpty)
    #expect(length(world) == Int(most) - 1)
    expectTooLarge(mara.ask(keys(3, Self.text(2))), limit: most)
    #expect(mara.ask(keys(3, "x")).errors.isEmpty)
    #expect(length(world) == Int(most))
    expectTooLarge(mara.ask(keys(4, at: half, "y")), limit: most)
    #expect(mara.ask(keys(4, at: half, del: 1, "y")).errors.isEmpty, "what goes makes place")
    let sent = mara.ask(sending(5)).events
    #expect(sent.first?.string("text")?.unicodeScalars.count == Int(most))
  }

  @Test func `a message sent whole`() throws {
    let (_, mara, said) = try open(#","visibility":"send""#)
    let most = try limit("message", said)
    #expect(mara.ask(sending(1, Self.text(most - 1))).errors.isEmpty)
    expectTooLarge(mara.ask(sending(2, draft: 2, Self.text(most + 1))), limit: most)
    let sent = mara.ask(sending(2, draft: 2, Self.text(most))).events
    #expect(sent.first?.string("text") == Self.text(most))
  }

  @Test func `characters that need six bytes in JSON still fit an event`() throws {
    let (_, mara, said) = try open(#","visibility":"send""#)
    let text = String(repeating: #"\u0000"#, count: Int(try limit("message", said)))
    let sent = mara.ask(sending(1, text)).events
    #expect(sent.first?.string("text")?.unicodeScalars.count == 8_000)
  }

  @Test func `a name, at hello and later`() throws {
    let (_, mara, said) = try open()
    let most = try limit("name", said)
    #expect(most == 32)
    for (scalars, errors) in [(most - 1, []), (most, []), (most + 1, ["bad_name"])] {
      let name = Self.text(scalars)
      #expect(mara.ask(#"{"type":"rename","name":"\#(name)"}"#).errors == errors)
      let (_, _, said) = try open(#","name":"\#(name)""#)
      #expect(said.errors == errors)
      #expect(said.of("welcome").first?.string("name") == (errors.isEmpty ? name : nil))
    }
  }

  @Test func `the open drafts of a room, filled by many`() throws {
    let world = try World()
    let reader = world.open()
    let most = Int(try limit("open_drafts", reader.hello("wwwww", #","watch":true"#)))
    var left = most
    var writers: [(client: Client, seq: Int)] = []
    while left > 0 {
      let client = world.open()
      _ = client.hello("aaaaa")
      var seq = 1
      while left > 0, seq <= 2 {
        let scalars = min(4_000, left / 4)
        #expect(client.ask(keys(seq, Self.text(Int64(scalars)))).errors.isEmpty)
        left -= scalars * 4
        seq += 1
      }
      writers.append((client, seq))
    }
    #expect(writers.count > 60)
    let late = world.open()
    _ = late.hello("zzzzz")
    let refused = late.ask(keys(1, "x"))
    #expect(refused.errors == ["room_full"])
    #expect(refused.of("error").first?.integer("expected") == 1)
    #expect(refused.events.isEmpty)
    #expect(late.ask(sending(1, "said whole")).errors.isEmpty, "a message is no open draft")
    let snapshot = world.open().hello("nnnnn", #","watch":true"#).of("snapshot")[0]
    #expect(snapshot.array("drafts")?.count == writers.count, "open drafts are always whole")
    let last = try #require(writers.last)
    last.client.ask(#"{"type":"discard","seq":\#(last.seq),"draft":1}"#)
    #expect(late.ask(keys(2, draft: 2, "x")).errors.isEmpty, "one goes, and there is place")
    writers[0].client.ask(sending(writers[0].seq))
    #expect(late.ask(keys(3, draft: 2, Self.text(4_000))).errors.isEmpty)
  }
}
