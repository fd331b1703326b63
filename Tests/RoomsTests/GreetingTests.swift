import Chat
import Projector
import Testing

@testable import Rooms

@Suite struct GreetingTests {
  @Test func `a newcomer is welcomed once they are durable, and then sees the room`() throws {
    let world = try World()
    let said = world.open().hello("aaaaa", #","name":"Mara""#)
    #expect(said.map { $0.string("type") } == ["welcome", "snapshot"])
    let welcome = try #require(said.first)
    #expect(welcome.string("name") == "Mara")
    #expect(welcome.integer("seq") == 0)
    #expect(welcome.string("visibility") == "live")
    #expect(welcome.object("limits")?.integer("message") == 8_000)
    let snapshot = try #require(said.last)
    #expect(snapshot.string("next") == welcome.string("next"))
    #expect(snapshot.array("participants")?.count == 1)
  }

  @Test func `welcome tells the limits that hold here, rates only where there are any`() throws {
    let names = [
      "message_bytes", "insert", "message", "name", "room", "unacknowledged", "resume_events",
      "snapshot", "page", "typing_idle_ms", "grace_ms", "open_drafts",
    ]
    let free = try World().open().hello("aaaaa")[0].object("limits")
    #expect(free?.members.map(\.key) == names)
    #expect(free?.integer("open_drafts") == 2_097_152)
    var budgets = Budgets()
    budgets.burstEvents = 300
    let world = try World(budgets: budgets)
    for (session, more) in [("aaaaa", ""), ("bbbbb", #","watch":true"#)] {
      let limits = world.open().hello(session, more)[0].object("limits")
      #expect(limits?.members.map(\.key) == names + ["events_per_s", "burst", "bytes_per_s"])
      #expect(limits?.integer("events_per_s") == 64)
      #expect(limits?.integer("burst") == 300)
      #expect(limits?.integer("bytes_per_s") == 4_096)
    }
  }

  @Test func `fields of server messages come in the order of the format`() throws {
    let world = try World()
    let said = world.open().hello("aaaaa")
    #expect(
      said[0].members.map(\.key) == [
        "type", "epoch", "next", "participant", "token", "name", "seq", "draft", "visibility",
        "limits", "ping_ms", "version",
      ])
    #expect(
      said[1].members.map(\.key) == [
        "type", "prev", "next", "items", "drafts", "replies", "participants", "total", "mode",
      ])
  }

  @Test func `a returning participant keeps identity, numbering and draft`() throws {
    let world = try World()
    let first = world.open()
    let welcome = first.hello("aaaaa").of("welcome")[0]
    first.ask(#"{"type":"edit","seq":1,"draft":1,"at":0,"del":0,"ins":"h","kind":"type"}"#)
    first.drop()
    let token = try #require(welcome.string("token"))
    let again = world.open().hello("aaaaa", #","token":"\#(token)""#).of("welcome")[0]
    #expect(again.string("participant") == welcome.string("participant"))
    #expect(again.integer("seq") == 1)
    #expect(again.integer("draft") == 1)
    #expect(world.admission.state(of: .lobby)?.openDrafts.map(\.text.string) == ["h"])
  }

  @Test func `identity survives a restart, and nobody is logged off by it`() throws {
    let world = try World()
    let client = world.open()
    let welcome = client.hello("aaaaa", #","name":"Mara""#).of("welcome")[0]
    client.ask(#"{"type":"edit","seq":1,"draft":1,"at":0,"del":0,"ins":"h","kind":"type"}"#)
    try world.restart()
    let token = try #require(welcome.string("token"))
    let again = world.open().hello("aaaaa", #","token":"\#(token)""#).of("welcome")[0]
    #expect(again.string("participant") == welcome.string("participant"))
    #expect(again.string("name") == "Mara")
    #expect(again.integer("seq") == 1)
    world.pass(milliseconds: 60_000)
    #expect(world.admission.state(of: .lobby)?.present.count == 1)
  }

  @Test func `a wrong token is told and the connection goes on without it`() throws {
    let world = try World()
    let client = world.open()
    #expect(client.hello("aaaaa", #","token":"nonsense""#).errors == ["bad_token"])
    #expect(client.hello("aaaaa").of("welcome").count == 1)
  }

  @Test func `a session goes over to the newer connection`() throws {
    let world = try World()
    let older = world.open()
    let token = try #require(older.hello("aaaaa").of("welcome")[0].string("token"))
    let newer = world.open()
    #expect(newer.hello("aaaaa", #","token":"\#(token)""#).of("welcome").count == 1)
    #expect(older.take().of("bye").first?.string("reason") == "session_taken")
    #expect(world.sink.closed[older.slot] == 4_100)
    let reply = newer.ask(
      #"{"type":"edit","seq":1,"draft":1,"at":0,"del":0,"ins":"h","kind":"type"}"#)
    #expect(reply.of("ack").count == 1)
  }

  @Test func `a watcher reads, is nobody and says nothing`() throws {
    let world = try World()
    let watcher = world.open()
    let welcome = watcher.hello("aaaaa", #","watch":true"#).of("welcome")[0]
    #expect(welcome["participant"] == nil)
    #expect(welcome["token"] == nil)
    let edit = #"{"type":"edit","seq":1,"draft":1,"at":0,"del":0,"ins":"h","kind":"type"}"#
    #expect(watcher.ask(edit).errors == ["watching"])
    _ = world.open().hello("bbbbb")
    #expect(watcher.take().events.map { $0.string("type") } == ["participant.joined"])
    #expect(world.admission.state(of: .lobby)?.present.count == 1)
  }

  @Test(arguments: [
    "companion", "Server", "  operator ", "\u{200B}", "a\u{202E}b",
    "a\u{301}\u{301}\u{301}\u{301}\u{301}",
  ])
  func `a name that passes for another, or is a pile of marks, is refused`(_ name: String) throws {
    let world = try World()
    let client = world.open()
    #expect(client.hello("aaaaa", #","name":"\#(name)""#).errors == ["bad_name"])
    #expect(client.hello("aaaaa", #","name":"Mara""#).of("welcome").count == 1)
  }

  @Test func `a watcher may leave, and makes no room that stays`() throws {
    let world = try World()
    let watcher = world.open("nobody-was-here")
    _ = watcher.hello("aaaaa", #","watch":true"#)
    #expect(watcher.ask(#"{"type":"leave"}"#).of("bye").count == 1)
    #expect(world.admission.committed.projection.sortedRooms.isEmpty)
  }

  @Test func `only so many rooms have somebody in them, and one who goes makes place`() throws {
    let world = try World()
    let clients = (0..<Limits.rooms).map { world.open("r\($0)") }
    for client in clients { client.say(#"{"type":"hello","session":"aaaaa","watch":true}"#) }
    world.settle()
    #expect(!world.admission.opens(RoomName("another")!))
    #expect(world.admission.opens(RoomName("r7")!))
    clients[0].drop()
    #expect(!world.admission.opens(RoomName("another")!), "as many were only looked into")
    let mara = world.open("r1")
    _ = mara.hello("bbbbb")
    #expect(world.admission.opens(RoomName("another")!))
  }

  @Test func `speaking before hello is told so`() throws {
    let world = try World()
    #expect(world.open().ask(#"{"type":"typing","draft":1}"#).errors == ["hello_first"])
  }
}
