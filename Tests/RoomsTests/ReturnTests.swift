import Chat
import LogStore
import Projector
import Testing

@testable import Rooms

/// Coming back: after nothing, after long, and after more than a cursor outlives.
@Suite struct ReturnTests {
  @Test func `who is cut off before the welcome, or right behind it, begins or resumes`() throws {
    let world = try World()
    let hasty = world.open()
    hasty.say(#"{"type":"hello","session":"aaaaa","name":"Ada"}"#)
    hasty.drop()
    // The session is there, but its token never arrived: it is somebody new, and nobody twice.
    let welcome = world.open().hello("aaaaa", #","name":"Ada""#)
    #expect(welcome.of("snapshot").count == 1)
    // Cut right behind it, before one event: the cursor of the greeting is good.
    let greeting = try #require(welcome.of("welcome").first)
    let token = try #require(greeting.string("token"))
    let cursor = try #require(welcome.of("snapshot").first?.string("next"))
    let again = world.open()
    let said = again.hello("aaaaa", #","token":"\#(token)","from":"\#(cursor)""#)
    #expect(said.of("reset").isEmpty && said.of("snapshot").isEmpty)
    #expect(said.of("welcome").first?.string("participant") == greeting.string("participant"))
    #expect(again.ask(sending(1, "here")).of("ack").count == 1)
    world.pass(milliseconds: 40_000)
    #expect(world.admission.state(of: .lobby)?.present.count == 1, "the other one never came back")
  }

  @Test func `an hour of silence, connected or away, and the place is still good`() throws {
    let world = try World()
    let here = world.open()
    _ = here.hello("hhhhh", #","watch":true"#)
    let mara = world.open()
    let welcome = mara.hello("aaaaa")
    let token = try #require(welcome.of("welcome").first?.string("token"))
    mara.ask(sending(1, "before"))
    let newest = mara.ask(sending(2, draft: 2, "and")).of("events").last
    let cursor = try #require(newest?.string("next"))
    mara.drop()
    var quiet = here.take()
    for _ in 0..<240 {
      world.pass(milliseconds: 15_000)
      here.say(#"{"type":"pong"}"#)
      quiet += here.take()
    }
    #expect(world.sink.closed[here.slot] == nil, "who answers pings stays")
    #expect(quiet.of("ping").count >= 100)
    let again = world.open()
    let said = again.hello("aaaaa", #","token":"\#(token)","from":"\#(cursor)""#)
    #expect(said.of("reset").isEmpty && said.of("snapshot").isEmpty)
    #expect(said.of("welcome").first?.integer("seq") == 2, "it numbers on")
    #expect(
      said.events.map { $0.string("type") } == ["participant.left", "participant.joined"])
    // And the one who stayed resumes where the last ping put it.
    let place = try #require(quiet.of("position").last?.string("next"))
    let watcher = world.open().hello("hhhhh", #","watch":true,"from":"\#(place)""#)
    #expect(watcher.of("reset").isEmpty)
    #expect(watcher.events.map { $0.string("type") } == ["participant.joined"])
  }

  @Test func `a cursor that expired, in two rooms: both come back whole, and never as empty`()
    throws
  {
    let world = try World()
    let rooms = ["one", "two"]
    var (tokens, cursors): ([String], [String]) = ([], [])
    for room in rooms {
      let client = world.open(room)
      let said = client.hello("aaaaa")
      tokens.append(try #require(said.of("welcome").first?.string("token")))
      for seq in 1...3 { client.say(sending(seq, draft: seq, "\(room) \(seq)")) }
      world.settle()
      cursors.append(try #require(client.take().of("events").last?.string("next")))
      client.drop()
    }
    for room in rooms { try Self.talk(in: room, world) }
    for (index, room) in rooms.enumerated() {
      let client = world.open(room)
      let said = client.hello(
        "aaaaa", #","token":"\#(tokens[index])","from":"\#(cursors[index])""#)
      // In this order, on this connection, with nothing between: stale, and then all there is.
      #expect(said.map { $0.string("type") } == ["welcome", "reset", "snapshot"], "\(room)")
      let reset = try #require(said.of("reset").first)
      #expect(reset.string("reason") == "too_far_behind", "a name for programs, not prose")
      #expect(reset.integer("start") == 0 && (reset.integer("next") ?? 0) > 10_000)
      let snapshot = try #require(said.of("snapshot").first)
      #expect(snapshot.array("items")?.isEmpty == false, "never \"no messages\"")
      #expect(snapshot.integer("total") == 7, "three messages, four replies")
      #expect(client.ask(sending(4, draft: 4, "back")).of("ack").first?.integer("seq") == 4)
      #expect(client.ask("nonsense").errors == ["malformed"])
    }
  }

  /// More events than a cursor may be behind, by somebody else.
  private static func talk(in room: String, _ world: World) throws {
    let name = try #require(RoomName(room))
    let start = ReplyStart(by: .companion, provider: "p", model: "m", to: [], context: 0...0)
    for _ in 0..<4 {
      guard case .submitted(let reply) = world.admission.propose([.replyStarted(start)], in: name)
      else { throw World.WorldError() }
      let chunk = Event.replyChunk(by: .companion, reply: reply, text: "a")
      for _ in 0..<14 {
        _ = world.admission.propose(Array(repeating: chunk, count: 100), in: name)
      }
      world.settle()
      _ = world.admission.propose(
        [.replyFinished(ReplyFinish(by: .companion, reply: reply, finish: .stop))], in: name)
      world.settle()
    }
  }
}
