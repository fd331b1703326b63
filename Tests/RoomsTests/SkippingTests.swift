import Chat
import LogStore
import Testing

@testable import Rooms

/// Readers of a room in which nothing happens while much happens elsewhere.
@Suite struct SkippingTests {
  /// Events of another room, a chunk each, in replies of a hundred.
  private static func chatter(_ world: World, _ count: Int) throws {
    let busy = try #require(RoomName("busy"))
    for _ in 0..<count / 100 {
      let start = ReplyStart(by: .companion, provider: "p", model: "m", to: [], context: 0...0)
      guard case .submitted(let reply) = world.admission.propose([.replyStarted(start)], in: busy)
      else { throw World.WorldError() }
      let chunks = (0..<98).map { _ in Event.replyChunk(by: .companion, reply: reply, text: "a") }
      let end = Event.replyFinished(ReplyFinish(by: .companion, reply: reply, finish: .stop))
      _ = world.admission.propose(chunks + [end], in: busy)
      // A batch each at least: a read ends with one.
      world.settle()
    }
  }

  @Test func `other rooms' events are passed over in pieces, on the pool, and nobody waits`() throws
  {
    let pool = HeldPool()
    let world = try World(pool: pool, recordsAtOnce: 500)
    let (mara, slow) = (world.open(), world.open())
    _ = mara.hello("aaaaa")
    _ = slow.hello("bbbbb")
    // Behind in its own room, and then far behind in the log, without one event of its own.
    world.sink.blocked = [slow.slot]
    mara.ask(keys(1, "a"))
    mara.ask(keys(2, at: 1, "b"))
    mara.ask(keys(3, at: 2, "c"))
    try Self.chatter(world, 8_000)
    _ = slow.take()
    world.sink.blocked = []
    world.delivery.writable(slow.slot)
    var reads = 0
    var seq = 4
    while pool.count > 0 {
      #expect(pool.count == 1, "one read at a time")
      reads += 1
      pool.finish()
      // Between two of its reads, and while the next is due, others are served at once.
      let acked = mara.ask(keys(seq, at: seq - 1, "x")).of("ack").last?.integer("seq")
      #expect(acked == Int64(seq))
      seq += 1
      world.settle()
      try #require(reads < 200, "it never gets to the end")
    }
    #expect(reads >= 8_000 / (500 + 100), "each read passes over a bounded number")
    let texts = slow.take().events.compactMap { $0.string("ins") }
    let typed = texts.suffix(seq - 2)
    #expect(typed.last == "x" && texts.count { $0 == "x" } == seq - 4, "\(texts)")
  }

  @Test func `a quiet reader's place moves past them, and outlives a restart`() throws {
    let world = try World()
    let reader = world.open("quiet")
    let welcome = reader.hello("aaaaa")
    let token = try #require(welcome.of("welcome").first?.string("token"))
    let first = try #require(welcome.of("snapshot").first?.string("next"))
    try Self.chatter(world, 6_000)
    world.pass(milliseconds: 20_000)
    let position = try #require(reader.take().of("position").last?.string("next"))
    let (old, new) = (try #require(Cursor(first)), try #require(Cursor(position)))
    #expect(new.offset >= old.offset + 6_000, "all of it counts as read")
    #expect(new.previous == old.previous, "and none of it was this room's")
    try world.restart()
    // The old place is too far behind to be resumed; the one that moved is not, and has no gap.
    func resume(_ from: String) throws -> [JSONObject] {
      let client = world.open("quiet")
      return client.hello("aaaaa", #","token":"\#(token)","from":"\#(from)""#)
    }
    #expect(try resume(first).of("reset").first?.string("reason") == "too_far_behind")
    let again = world.open("quiet")
    let said = again.hello("aaaaa", #","token":"\#(token)","from":"\#(position)""#)
    #expect(said.of("reset").isEmpty && said.of("snapshot").isEmpty)
    #expect(said.of("welcome").first?.string("next") == position)
    #expect(again.ask(sending(1, "here")).events.contains { $0.string("text") == "here" })
  }
}
