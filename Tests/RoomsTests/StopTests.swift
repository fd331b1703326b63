import Chat
import LogStore
import Projector
import Testing

@testable import Rooms

/// `stop`, from the socket to the log.
@Suite struct StopTests {
  private let home = AddressKey(hash: 1)
  private let work = AddressKey(hash: 2)

  private func open(_ world: World, _ address: AddressKey) -> Client {
    Client(world: world, slot: world.delivery.open(room: .lobby, from: address))
  }

  /// Mara asks something and an answer to it begins; returns its offset.
  private func reply(_ world: World, to client: Client, seq: Int) throws -> Int64 {
    let said = client.ask(sending(seq, draft: seq, "hello"))
    let to = try #require(said.of("ack").last?.integer("offset"))
    let start = ReplyStart(by: .companion, provider: "p", model: "m", to: [to], context: 0...to)
    guard case .submitted(let offset) = world.admission.propose([.replyStarted(start)], in: .lobby)
    else {
      Issue.record("no reply")
      return -1
    }
    world.settle()
    return offset
  }

  private func stop(_ reply: Int64) -> String { #"{"type":"stop","reply":\#(reply)}"# }

  private func stoppers(_ messages: [JSONObject]) -> [String] {
    messages.events.filter { $0.string("type") == "reply.stop_requested" }
      .compactMap { $0.string("by") }
  }

  private func finish(_ reply: Int64, _ world: World) {
    _ = world.admission.propose(
      [.replyFinished(ReplyFinish(by: .companion, reply: reply, finish: .stopped))], in: .lobby)
    world.settle()
  }

  @Test func `whom it answers stops it at once, from another tab and after a reload too`() throws {
    let world = try World()
    let mara = open(world, home)
    let welcome = mara.hello("aaaaa")
    let by = try world.participant(welcome).description
    let token = try #require(welcome.of("welcome").first?.string("token"))
    let first = try reply(world, to: mara, seq: 1)
    let tab = open(world, work)
    _ = tab.hello("bbbbb", #","token":"\#(token)""#)
    #expect(stoppers(tab.ask(stop(first))) == [by])
    #expect(tab.ask(stop(first)).isEmpty, "said once is enough")
    finish(first, world)
    #expect(tab.ask(stop(first)).errors == ["no_reply"])

    let second = try reply(world, to: mara, seq: 2)
    mara.drop()
    let reloaded = open(world, home)
    _ = reloaded.hello("aaaaa", #","token":"\#(token)""#)
    #expect(stoppers(reloaded.ask(stop(second))) == [by])
  }

  @Test func `others stop it together, and both are on record`() throws {
    let world = try World()
    let mara = open(world, home)
    _ = mara.hello("aaaaa")
    let (ben, cem) = (open(world, home), open(world, work))
    let names = [
      try world.participant(ben.hello("bbbbb")).description,
      try world.participant(cem.hello("ccccc")).description,
    ]
    let reply = try reply(world, to: mara, seq: 1)
    _ = cem.take()
    let answer = ben.ask(stop(reply))
    #expect(answer.errors == ["stop_pending"])
    #expect(answer.of("error").first?.integer("retry_ms") == 5_000)
    #expect(stoppers(cem.take()).isEmpty, "one alone changes nothing")
    #expect(stoppers(cem.ask(stop(reply))) == names)
  }

  @Test func `a wish lapses after five seconds, and one who only watches has none`() throws {
    let world = try World()
    let mara = open(world, home)
    _ = mara.hello("aaaaa")
    let (ben, cem, dan) = (open(world, home), open(world, work), open(world, work))
    _ = ben.hello("bbbbb")
    _ = cem.hello("ccccc")
    _ = dan.hello("ddddd", #","watch":true"#)
    let reply = try reply(world, to: mara, seq: 1)
    #expect(ben.ask(stop(reply)).errors == ["stop_pending"])
    #expect(dan.ask(stop(reply)).errors == ["watching"])
    world.pass(milliseconds: 5_000)
    #expect(cem.ask(stop(reply)).errors == ["stop_pending"])
    #expect(world.admission.state(of: .lobby)?.openReply(reply)?.stopRequested == false)
  }

  @Test func `the seventh within an hour is refused, and says when`() throws {
    let world = try World(budgets: Budgets())
    let mara = open(world, home)
    _ = mara.hello("aaaaa")
    for seq in 1...6 {
      let reply = try reply(world, to: mara, seq: seq)
      #expect(stoppers(mara.ask(stop(reply))).count == 1)
      finish(reply, world)
      world.pass(milliseconds: 10_000)
    }
    let seventh = try reply(world, to: mara, seq: 7)
    let refused = mara.ask(stop(seventh))
    #expect(refused.errors == ["stop_limit"])
    #expect(refused.of("error").first?.integer("limit") == 6)
    #expect(refused.of("error").first?.integer("retry_ms") == 3_540_000)
    world.pass(milliseconds: 3_540_000)
    #expect(world.admission.state(of: .lobby)?.openReply(seventh) != nil)
  }

  @Test func `the operator stops any, alone, and is on record`() throws {
    let world = try World()
    let mara = open(world, home)
    _ = mara.hello("aaaaa")
    let reply = try reply(world, to: mara, seq: 1)
    guard case .done = world.perform(.stop(reply: reply)) else {
      Issue.record("refused")
      return
    }
    #expect(stoppers(mara.take()) == ["operator"])
    finish(reply, world)
    guard case .refused(let refusal) = world.perform(.stop(reply: reply)) else {
      Issue.record("not refused")
      return
    }
    #expect(refusal.code == .noReply)
  }
}
