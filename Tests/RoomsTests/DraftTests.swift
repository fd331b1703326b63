import Chat
import Projector
import Testing

@testable import Rooms

private func edit(
  _ seq: Int, draft: Int = 1, at: Int = 0, del: Int = 0, _ ins: String
) -> String {
  #"{"type":"edit","seq":\#(seq),"draft":\#(draft),"at":\#(at),"del":\#(del),"#
    + #""ins":"\#(ins)","kind":"type"}"#
}

@Suite struct DraftTests {
  @Test func `others see every key, and the typist's ack never comes before the key`() throws {
    let world = try World()
    let (mara, wren) = (world.open(), world.open())
    _ = mara.hello("aaaaa")
    _ = wren.hello("bbbbb")
    _ = mara.take()
    let own = mara.ask(edit(1, "h"))
    #expect(own.map { $0.string("type") } == ["events", "ack"])
    #expect(own.events.map { $0.string("type") } == ["typing.started", "draft.edited"])
    #expect(wren.take().events.map { $0.string("type") } == ["typing.started", "draft.edited"])
    mara.ask(edit(2, at: 1, "i"))
    let sent = mara.ask(#"{"type":"send","seq":3,"draft":1}"#)
    #expect(sent.events.map { $0.string("type") } == ["message.sent", "typing.stopped"])
    #expect(sent.events.first?.string("text") == "hi")
  }

  @Test func `frames chain by prev, and next resumes exactly there`() throws {
    let world = try World()
    let watcher = world.open()
    let snapshot = watcher.hello("wwwww", #","watch":true"#).of("snapshot")[0]
    let mara = world.open()
    _ = mara.hello("aaaaa")
    for seq in 1...5 { mara.ask(edit(seq, "x")) }
    var last = snapshot.members.first { $0.key == "prev" }.map(\.value)
    #expect(last == .number, "an empty room's prev is −1")
    var cursors: [(String, Int)] = []
    let frames = watcher.take().of("events")
    let total = frames.flatMap { $0.array("events") ?? [] }.count
    var seen = 0
    for frame in frames {
      #expect(frame["prev"] == last)
      seen += frame.array("events")?.count ?? 0
      cursors.append((try #require(frame.string("next")), seen))
      last =
        frame.array("offsets")?.last
        ?? frame.integer("first").map {
          .integer($0 + Int64(frame.array("events")?.count ?? 0) - 1)
        }
    }
    for (cursor, seen) in cursors {
      let again = world.open().hello("zzzzz", #","watch":true,"from":"\#(cursor)""#)
      #expect(again.of("snapshot").isEmpty)
      #expect(again.events.count == total - seen, "from \(cursor)")
    }
  }

  @Test func `a retried event is written once and answered with the current ack`() throws {
    let world = try World()
    let mara = world.open()
    _ = mara.hello("aaaaa")
    let first = mara.ask(edit(1, "h")).of("ack")[0]
    let again = mara.ask(edit(1, "h"))
    #expect(again.of("ack") == [first])
    #expect(again.events.isEmpty)
    mara.say(edit(2, at: 1, "i"))
    mara.say(edit(2, at: 1, "i"))
    world.settle()
    #expect(mara.take().events.count == 1)
    #expect(world.admission.state(of: .lobby)?.openDrafts.map(\.text.string) == ["hi"])
  }

  @Test func `a refused event consumes no seq and what follows is dropped until it comes`() throws {
    let world = try World()
    let mara = world.open()
    _ = mara.hello("aaaaa")
    mara.ask(edit(1, "ab"))
    mara.say(edit(2, at: 5, "x"))
    mara.say(edit(3, at: 2, "y"))
    mara.say(edit(4, at: 2, "z"))
    world.settle()
    let refused = mara.take()
    #expect(refused.errors == ["outside_draft"])
    #expect(refused.of("error")[0].integer("expected") == 2)
    #expect(refused.of("error")[0].integer("length") == 2)
    #expect(refused.events.isEmpty)
    #expect(mara.ask(edit(2, at: 0, del: 2, "abc")).of("ack")[0].integer("seq") == 2)
    #expect(world.admission.state(of: .lobby)?.openDrafts.map(\.text.string) == ["abc"])
  }

  @Test(arguments: [
    (edit(3, "x"), "seq_gap"),
    (#"{"type":"send","seq":2,"draft":7}"#, "draft_open"),
    (edit(2, draft: 0, "x"), "draft_closed"),
    (#"{"type":"visibility","seq":2,"visibility":"send"}"#, "draft_open"),
    (edit(2, String(repeating: "x", count: 4_001)), "too_large"),
    (#"{"type":"stop","reply":3}"#, "no_reply"),
    (#"{"type":"edit","seq":2}"#, "malformed"),
    (#"{"type":"edit","seq":-2,"draft":1,"at":0,"del":0,"ins":"","kind":"type"}"#, "malformed"),
    (
      #"{"type":"edit","seq":2,"draft":1,"at":0,"del":0,"ins":"\ud83d","kind":"type"}"#,
      "lone_surrogate"
    ),
    ("{", "malformed"), ("[]", "malformed"), ("", "malformed"), ("{}", "malformed"),
    (#"{"type":"hello","session":"aaaaa"}"#, "already_here"),
    (#"{"type":"rename","name":"server"}"#, "bad_name"),
  ])
  func `bad input gets its code, changes nothing and keeps the connection`(
    _ text: String, _ code: String
  ) throws {
    let world = try World()
    let mara = world.open()
    _ = mara.hello("aaaaa")
    mara.ask(edit(1, "ab"))
    let before = world.admission.state(of: .lobby)
    #expect(mara.ask(text).errors == [code])
    #expect(world.admission.state(of: .lobby) == before)
    #expect(world.sink.closed.isEmpty)
    #expect(mara.ask(edit(2, at: 2, "c")).of("ack").count == 1, "and the session goes on")
  }

  @Test func `half a character is refused, and its other half too; whole it is in the log`() throws
  {
    let world = try World()
    let mara = world.open()
    let token = try #require(mara.hello("aaaaa").of("welcome").first?.string("token"))
    #expect(mara.ask(edit(1, #"\ud83d"#)).errors == ["lone_surrogate"])
    #expect(mara.ask(edit(1, #"\ude00"#)).errors == ["lone_surrogate"])
    #expect(mara.ask(edit(1, #"\ude00\ud83d"#)).errors == ["lone_surrogate"], "the wrong way")
    // A client that replays what it kept is not refused for ever: the same number, made whole.
    mara.drop()
    let again = world.open()
    #expect(
      again.hello("aaaaa", #","token":"\#(token)""#).of("welcome").first?.integer("seq") == 0)
    #expect(again.ask(edit(1, #"\ud83d\ude00"#)).of("ack").count == 1)
    try world.restart()
    #expect(world.admission.state(of: .lobby)?.openDrafts.map(\.text.string) == ["😀"])
  }

  @Test func `unknown messages and fields are ignored`() throws {
    let world = try World()
    let mara = world.open()
    _ = mara.hello("aaaaa", #","later":{"x":1}"#)
    #expect(mara.ask(#"{"type":"wave","at":1}"#).isEmpty)
  }

  @Test func `an unknown session may not begin in the middle`() throws {
    let world = try World()
    let mara = world.open()
    _ = mara.hello("aaaaa")
    #expect(mara.ask(edit(4, "x")).errors == ["session_unknown"])
  }

  @Test func `in send mode nobody sees keys, and the text comes with send`() throws {
    let world = try World()
    let mara = world.open()
    _ = mara.hello("aaaaa", #","visibility":"send""#)
    #expect(mara.ask(edit(1, "h")).errors == ["not_visible"])
    let typing = mara.ask(#"{"type":"typing","draft":1}"#)
    #expect(typing.events.map { $0.string("type") } == ["typing.started"])
    let sent = mara.ask(#"{"type":"send","seq":1,"draft":1,"text":"whole"}"#)
    #expect(sent.events.map { $0.string("type") } == ["message.sent", "typing.stopped"])
    #expect(mara.ask(#"{"type":"send","seq":2,"draft":2}"#).errors == ["empty"])
  }

  @Test func `typing that stops is an event after five seconds, once`() throws {
    let world = try World()
    let mara = world.open()
    _ = mara.hello("aaaaa")
    mara.ask(edit(1, "h"))
    world.pass(milliseconds: 4_900)
    #expect(mara.take().events.isEmpty)
    world.pass(milliseconds: 200)
    world.pass(milliseconds: 9_000)
    #expect(mara.take().events.map { $0.string("reason") } == ["idle"])
    let more = mara.ask(edit(2, at: 1, "i"))
    #expect(more.events.map { $0.string("type") } == ["typing.started", "draft.edited"])
  }

  @Test func `tabs of one person are sessions of their own`() throws {
    let world = try World()
    let one = world.open()
    let token = try #require(one.hello("aaaaa").of("welcome")[0].string("token"))
    let two = world.open()
    _ = two.hello("bbbbb", #","token":"\#(token)""#)
    one.ask(edit(1, "one"))
    two.ask(edit(1, "two"))
    #expect(world.admission.state(of: .lobby)?.openDrafts.map(\.text.string) == ["one", "two"])
    one.drop()
    world.pass(milliseconds: 31_000)
    let state = try #require(world.admission.state(of: .lobby))
    #expect(state.openDrafts.map(\.text.string) == ["two"], "the closed tab's draft ended")
    #expect(state.present.count == 1, "the person is here until the last tab")
    two.ask(#"{"type":"leave"}"#)
    #expect(world.admission.state(of: .lobby)?.present.isEmpty == true)
  }

  @Test func `who does not come back within grace is gone, and may still return`() throws {
    let world = try World()
    let mara = world.open()
    let token = try #require(mara.hello("aaaaa").of("welcome")[0].string("token"))
    mara.ask(edit(1, "h"))
    mara.drop()
    world.pass(milliseconds: 29_000)
    #expect(world.admission.state(of: .lobby)?.present.count == 1)
    world.pass(milliseconds: 2_000)
    #expect(world.admission.state(of: .lobby)?.present.isEmpty == true)
    let again = world.open()
    let welcome = again.hello("aaaaa", #","token":"\#(token)""#).of("welcome")[0]
    #expect(welcome.integer("seq") == 1)
    #expect(again.ask(edit(2, at: 1, "i")).errors == ["draft_closed"])
    #expect(again.ask(edit(2, draft: 2, "hi")).of("ack").count == 1)
  }
}
