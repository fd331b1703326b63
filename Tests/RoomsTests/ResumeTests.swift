import Chat
import LogStore
import Projector
import Testing

@testable import Rooms

private func edit(_ seq: Int, at: Int = 0, _ ins: String) -> String {
  #"{"type":"edit","seq":\#(seq),"draft":1,"at":\#(at),"del":0,"ins":"\#(ins)","kind":"type"}"#
}

@Suite struct ResumeTests {
  @Test func `a slow reader misses nothing and repeats nothing, and its acks wait`() throws {
    let world = try World()
    let (mara, slow) = (world.open(), world.open())
    _ = mara.hello("aaaaa")
    _ = slow.hello("bbbbb")
    world.sink.blocked = [slow.slot]
    for seq in 1...40 { mara.ask(edit(seq, at: seq - 1, "x")) }
    #expect(slow.take().events.count < 10, "a blocked socket is written no more")
    world.sink.blocked = []
    world.delivery.writable(slow.slot)
    world.settle()
    let after = slow.take()
    var offsets: [Int64] = []
    for frame in after.of("events") {
      let first = try #require(frame.integer("first"))
      if let last = offsets.last { #expect(frame.integer("prev") == last) }
      if let listed = frame.array("offsets") {
        offsets += listed.compactMap { if case .integer(let offset) = $0 { offset } else { nil } }
      } else {
        offsets += (0..<Int64(frame.array("events")?.count ?? 0)).map { first + $0 }
      }
    }
    #expect(offsets == Array(Set(offsets)).sorted())
    #expect(offsets.last == world.admission.state(of: .lobby)?.lastOffset)
  }

  @Test(arguments: ["x.0.-1", "nonsense", "", "a.b.c", "x.9.9"])
  func `a cursor that is not good here is reset to a snapshot on the same connection`(
    _ cursor: String
  ) throws {
    let world = try World()
    let said = world.open().hello("aaaaa", #","from":"\#(cursor)""#)
    #expect(said.map { $0.string("type") } == ["welcome", "reset", "snapshot"])
  }

  @Test func `a cursor of another log is not good even at an offset that exists`() throws {
    let (one, two) = (try World(), try World())
    for world in [one, two] {
      let client = world.open()
      _ = client.hello("aaaaa")
      client.ask(edit(1, "h"))
    }
    let cursor = try #require(
      one.open().hello("wwwww", #","watch":true"#).of("welcome")[0].string("next"))
    let said = two.open().hello("wwwww", #","watch":true,"from":"\#(cursor)""#)
    #expect(said.of("reset").first?.string("reason") == "epoch")
  }

  @Test func `a cursor survives a restart, with no event and with many`() throws {
    let world = try World()
    let client = world.open()
    let cursor = try #require(
      client.hello("wwwww", #","watch":true"#).of("welcome")[0].string("next"))
    try world.restart()
    let quiet = world.open().hello("wwwww", #","watch":true,"from":"\#(cursor)""#)
    #expect(quiet.map { $0.string("type") } == ["welcome"])
    let mara = world.open()
    _ = mara.hello("aaaaa")
    mara.ask(edit(1, "h"))
    try world.restart()
    let resumed = world.open().hello("wwwww", #","watch":true,"from":"\#(cursor)""#)
    #expect(
      resumed.events.map { $0.string("type") } == [
        "participant.joined", "typing.started", "draft.edited",
      ])
  }

  @Test func `rooms do not see each other's events`() throws {
    let world = try World()
    let (here, there) = (world.open("here"), world.open("there"))
    _ = here.hello("aaaaa")
    _ = there.hello("bbbbb")
    _ = (here.take(), there.take())
    here.ask(edit(1, "h"))
    #expect(there.take().isEmpty)
  }

  @Test func `older items come by page`() throws {
    let world = try World()
    let mara = world.open()
    _ = mara.hello("aaaaa")
    for seq in 1...30 {
      mara.say(#"{"type":"send","seq":\#(seq),"draft":\#(seq),"text":"m\#(seq)"}"#)
    }
    world.settle()
    let late = world.open()
    let snapshot = late.hello("bbbbb", #","last":5"#).of("snapshot")[0]
    #expect(snapshot.array("items")?.count == 5)
    #expect(snapshot.integer("total") == 30)
    guard case .object(let oldest)? = snapshot.array("items")?.first else {
      Issue.record("no items")
      return
    }
    let before = try #require(oldest.integer("offset"))
    let page = late.ask(#"{"type":"history","before":\#(before),"limit":10}"#).of("page")[0]
    #expect(page.array("items")?.count == 10)
    #expect(page.bool("more") == true)
  }

  @Test func `when the log refuses, everybody concerned is told and nothing half stays`() throws {
    let world = try World()
    let mara = world.open()
    _ = mara.hello("aaaaa")
    mara.ask(edit(1, "h"))
    let digest = world.admission.state(of: .lobby)?.digest
    world.log.close()
    let said = mara.ask(edit(2, at: 1, "i"))
    #expect(said.errors == ["unavailable"])
    #expect(said.of("error")[0]["expected"] == nil)
    #expect(world.admission.state(of: .lobby)?.digest == digest)
    #expect(mara.ask(edit(3, at: 1, "j")).isEmpty, "dropped until the oldest comes again")
  }

  @Test func `a reply's chunks are admitted only while it is open`() throws {
    let world = try World()
    let start = ReplyStart(by: .companion, provider: "p", model: "m", to: [], context: 0...0)
    guard case .submitted(let reply) = world.admission.propose([.replyStarted(start)], in: .lobby)
    else {
      Issue.record("not submitted")
      return
    }
    #expect(
      world.admission.propose([.replyStarted(start)], in: .lobby)
        == .refused("a reply is open in this room"))
    let chunk = Event.replyChunk(by: .companion, reply: reply, text: "a")
    #expect(world.admission.propose([chunk], in: .lobby) == .submitted(firstOffset: reply + 1))
    let end = Event.replyFinished(ReplyFinish(by: .companion, reply: reply, finish: .stop))
    #expect(world.admission.propose([end], in: .lobby) == .submitted(firstOffset: reply + 2))
    #expect(
      world.admission.propose([chunk], in: .lobby) == .refused("reply \(reply) is not open"))
    world.settle()
    #expect(world.admission.state(of: .lobby)?.items.map(\.text) == ["a"])
  }
}
