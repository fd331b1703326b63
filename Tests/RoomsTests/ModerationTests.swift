import Chat
import LogStore
import Projector
import Testing

@testable import Rooms

@Suite struct ModerationTests {
  private func said(_ world: World, _ client: Client) throws -> (by: ParticipantID, offset: Int64) {
    let by = try world.participant(client.hello("aaaaa", #","name":"Mara""#))
    client.ask(keys(1, "secr"))
    client.ask(keys(2, at: 4, "et"))
    let sent = client.ask(sending(3))
    let ack = try #require(sent.of("ack").last?.integer("offset"))
    return (by, ack)
  }

  @Test func `hidden words leave every copy, and offsets and counts stay`() throws {
    let world = try World()
    let mara = world.open()
    let (by, offset) = try said(world, mara)
    mara.ask(keys(4, draft: 2, "public"))
    let before = try world.publicCopies()
    #expect(before.contains("secret") && before.contains(#""ins":"secr""#))
    #expect(world.perform(.hide(message: offset, reason: "spam")) == .done(offset: offset + 4))
    let after = try world.publicCopies()
    for word in ["secr", "\"et\""] { #expect(!after.contains(word), "\(word)") }
    #expect(after.contains("public"))
    #expect(after.contains(#"{"offset":\#(offset),"by":"\#(by)","hidden":"spam""#))
    #expect(after.contains("(hidden: spam)"))
    // Line for line the same offsets.
    let lines = after.split(separator: "\n").filter { $0.hasPrefix(#"{"offset":"#) }
    #expect(lines.contains { $0.hasPrefix(#"{"offset":3,"#) && $0.contains(#"{"type":"hidden"}"#) })
  }

  @Test func `a socket gets the act, from memory and from disk, and never the words again`() throws
  {
    let world = try World()
    let mara = world.open()
    let (_, offset) = try said(world, mara)
    let reader = world.open()
    let first = reader.hello("wwwww", #","watch":true"#)
    #expect(first.of("snapshot").first?.array("items")?.count == 1)
    world.perform(.hide(message: offset, reason: nil))
    #expect(reader.take().events.map { $0.string("type") } == ["message.hidden"])
    // From the beginning, from segments.
    let epoch = try #require(first.of("welcome").first?.string("epoch"))
    let late = world.open().hello("zzzzz", #","watch":true,"from":"\#(epoch).0.-1""#)
    let types = late.events.map { $0.string("type") ?? "" }
    #expect(types.filter { $0 == "hidden" }.count == 3)
    #expect(types.last == "message.hidden")
    // Every frame follows on the one before.
    let fresh = world.open().hello("yyyyy", #","watch":true"#).of("snapshot")[0]
    guard case .object(let item)? = fresh.array("items")?.first else {
      Issue.record("no item")
      return
    }
    #expect(item.string("text") == nil)
    #expect(item.string("hidden") == "")
  }

  @Test func `after a restart it is still hidden`() throws {
    let world = try World()
    let mara = world.open()
    let (_, offset) = try said(world, mara)
    world.perform(.hide(message: offset, reason: "spam"))
    let chain = try #require(world.admission.state(of: .lobby)?.chain)
    try world.restart()
    #expect(world.admission.state(of: .lobby)?.chain == chain)
    #expect(try !world.publicCopies().contains("secr"))
  }

  @Test func `a page read before the act and finished after it is read again`() throws {
    let pool = HeldPool()
    let world = try World(pool: pool)
    let mara = world.open()
    let (_, offset) = try said(world, mara)
    mara.ask(keys(4, draft: 2, "x"))
    let next = try #require(mara.ask(sending(5, draft: 2)).of("ack").last?.integer("offset"))
    mara.say(#"{"type":"history","before":\#(next),"limit":10}"#)
    world.settle()
    // Read, and not yet delivered.
    pool.finish()
    world.admission.perform(.hide(message: offset, reason: "spam"), in: .lobby) { _ in }
    world.commit()
    world.settle()
    #expect(mara.take().of("page").isEmpty)
    pool.finish()
    world.settle()
    let page = try #require(mara.take().of("page").first)
    guard case .object(let item)? = page.array("items")?.first else {
      Issue.record("no item")
      return
    }
    #expect(item.string("hidden") == "spam")
    #expect(item.string("text") == nil)
  }

  @Test func `what is not there cannot be hidden`() throws {
    let world = try World()
    let mara = world.open()
    let (_, offset) = try said(world, mara)
    func code(_ outcome: ActOutcome) -> ActRefusal.Code? {
      if case .refused(let refusal) = outcome { refusal.code } else { nil }
    }
    #expect(code(world.perform(.hide(message: offset - 1, reason: nil))) == .noMessage)
    #expect(code(world.perform(.hide(message: 4_000, reason: nil))) == .noMessage)
    #expect(code(world.perform(.hide(message: -1, reason: nil))) == .noMessage)
    let other = try #require(RoomName("other"))
    #expect(code(world.perform(.hide(message: offset, reason: nil), in: other)) == .noRoom)
    let nobody = ParticipantID(person: 7)
    #expect(code(world.perform(.mute(nobody, until: 1, reason: nil))) == .noParticipant)
    #expect(code(world.perform(.mode(.slow, everyMilliseconds: nil))) == .badValue)
    let long = String(repeating: "x", count: 501)
    #expect(code(world.perform(.hide(message: offset, reason: long))) == .badValue)
  }

  @Test func `the muted may read and discard, and not write, until it ends`() throws {
    let world = try World()
    let mara = world.open()
    let by = try world.participant(mara.hello("aaaaa"))
    mara.ask(keys(1, "h"))
    world.perform(.mute(by, until: world.time.wallMilliseconds + 60_000, reason: "enough"))
    #expect(mara.ask(keys(2, at: 1, "i")).errors == ["muted"])
    #expect(mara.ask(sending(2)).errors == ["muted"])
    #expect(mara.ask(#"{"type":"rename","name":"Loud"}"#).errors == ["muted"])
    #expect(mara.ask(#"{"type":"discard","seq":2,"draft":1}"#).of("ack").count == 1)
    world.pass(milliseconds: 61_000)
    #expect(mara.ask(sending(3, draft: 2, "calm again")).errors.isEmpty)
  }

  @Test func `a mute outlives a restart, and is lifted`() throws {
    let world = try World()
    let mara = world.open()
    let hello = mara.hello("aaaaa")
    let by = try world.participant(hello)
    let token = try #require(hello.of("welcome").first?.string("token"))
    world.perform(.mute(by, until: OperatorAct.always, reason: nil))
    try world.restart()
    let back = world.open()
    _ = back.hello("aaaaa", #","token":"\#(token)","name":"Louder""#)
    #expect(back.ask(sending(1, "hello")).errors == ["muted"])
    #expect(world.admission.state(of: .lobby)?.people[by]?.name != "Louder")
    world.perform(.mute(by, until: 0, reason: nil))
    #expect(back.ask(sending(1, "hello")).of("ack").count == 1)
  }

  @Test func `a slow room takes one message of each in its time, also over a restart`() throws {
    let world = try World()
    let (mara, wren) = (world.open(), world.open())
    let hello = mara.hello("aaaaa")
    let token = try #require(hello.of("welcome").first?.string("token"))
    _ = wren.hello("bbbbb")
    world.perform(.mode(.slow, everyMilliseconds: 5_000))
    #expect(mara.ask(sending(1, "one")).errors.isEmpty)
    #expect(wren.ask(sending(1, "me too")).errors.isEmpty)
    world.pass(milliseconds: 2_000)
    let soon = mara.ask(sending(2, draft: 2, "two")).of("error")
    #expect(soon.first?.string("code") == "slow_mode")
    #expect(soon.first?.integer("retry_ms") == 3_000)
    #expect(soon.first?.integer("expected") == 2)
    try world.restart()
    let back = world.open()
    _ = back.hello("aaaaa", #","token":"\#(token)""#)
    #expect(back.ask(sending(2, draft: 2, "two")).errors == ["slow_mode"])
    world.pass(milliseconds: 3_000)
    #expect(back.ask(sending(2, draft: 2, "two")).errors.isEmpty)
    world.perform(.mode(.open, everyMilliseconds: nil))
    #expect(back.ask(sending(3, draft: 3, "three")).errors.isEmpty)
  }

  @Test func `send_only takes no edits, read_only no words`() throws {
    let world = try World()
    let mara = world.open()
    _ = mara.hello("aaaaa")
    world.perform(.mode(.sendOnly, everyMilliseconds: nil))
    #expect(mara.ask(keys(1, "h")).errors == ["not_visible"])
    #expect(mara.ask(sending(1, "whole")).errors.isEmpty)
    world.perform(.mode(.readOnly, everyMilliseconds: nil))
    #expect(mara.ask(sending(2, draft: 2, "more")).errors == ["read_only"])
    try world.restart()
    let wren = world.open()
    let snapshot = wren.hello("bbbbb").of("snapshot").first
    #expect(snapshot?.string("mode") == "read_only")
    #expect(wren.ask(keys(1, "h")).errors == ["read_only"])
  }
}
