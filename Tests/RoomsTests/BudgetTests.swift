import Chat
import LogStore
import Projector
import Testing

@testable import Rooms

private func key(_ seq: Int) -> String {
  #"{"type":"edit","seq":\#(seq),"draft":1,"at":\#(seq - 1),"del":0,"ins":"x","kind":"type"}"#
}

/// What one session may say: paid for by not reading it for a while.
@Suite struct BudgetTests {
  private func length(_ world: World) -> Int {
    world.admission.state(of: .lobby)?.openDrafts.first?.text.scalars ?? 0
  }

  @Test func `a flood is not read for a while, and no key of it is refused or lost`() throws {
    let world = try World(budgets: Budgets())
    let mara = world.open()
    _ = mara.hello("aaaaa")
    for seq in 1...248 { mara.say(key(seq)) }
    #expect(world.sink.paused.isEmpty, "a burst of 256, of which hello took 8")
    mara.say(key(249))
    #expect(world.sink.paused == [mara.slot])
    // What was read before reading stopped is taken too; it only makes the pause longer.
    for seq in 250...320 { mara.say(key(seq)) }
    world.settle()
    #expect(mara.take().errors.isEmpty)
    #expect(length(world) == 320)
    world.pass(milliseconds: 1_000)
    #expect(world.sink.paused == [mara.slot], "72 events are owed, 64 of them paid for")
    world.pass(milliseconds: 1_000)
    #expect(world.sink.paused.isEmpty)
    #expect(world.delivery.takePauses() == 1)
  }

  @Test func `over any length of time a session gets 64 events a second`() throws {
    let world = try World(budgets: Budgets())
    let mara = world.open()
    _ = mara.hello("aaaaa")
    var seq = 0
    // A client that sends a thousand a second for half a minute, in pieces of 16.
    for _ in 0..<30 {
      for _ in 0..<63 where world.sink.paused.isEmpty {
        for _ in 0..<16 {
          seq += 1
          mara.say(key(seq))
        }
      }
      world.pass(milliseconds: 1_000)
    }
    #expect((64 * 30...64 * 30 + 256 + 16).contains(seq), "\(seq)")
    #expect(length(world) == seq)
  }

  @Test func `fifteen keys a second are never held up, for an hour`() throws {
    var budget = SessionBudget(granting: .max, Budgets(), at: 0)
    let budgets = Budgets()
    for index in 0..<15 * 3_600 {
      let now = Int64(index) * 1_000_000_000 / 15
      budget.spend(messageBytes: 110, costing: 1, budgets, at: now)
      #expect(budget.left(budgets, at: now) > budgets.burstNanoseconds * 9 / 10)
    }
  }

  @Test func `text is paid for by the byte`() throws {
    let world = try World(budgets: Budgets())
    let mara = world.open()
    _ = mara.hello("aaaaa")
    let text = String(repeating: "x", count: 4_000)
    for seq in 1...4 {
      mara.say(#"{"type":"send","seq":\#(seq),"draft":\#(seq),"text":"\#(text)"}"#)
    }
    #expect(world.sink.paused.isEmpty, "16 KiB may come at once")
    for seq in 5...7 {
      mara.say(#"{"type":"send","seq":\#(seq),"draft":\#(seq),"text":"\#(text)"}"#)
    }
    #expect(world.sink.paused == [mara.slot])
    world.settle()
    #expect(mara.take().errors.isEmpty)
    world.pass(milliseconds: 2_000)
    #expect(world.sink.paused == [mara.slot], "11 KiB are owed, 4 KiB a second paid")
    world.pass(milliseconds: 1_000)
    #expect(world.sink.paused.isEmpty)
  }

  @Test func `who is not read is not called silent, however long it takes`() throws {
    let world = try World(budgets: Budgets())
    let mara = world.open()
    _ = mara.hello("aaaaa")
    for seq in 1...6_000 { mara.say(key(seq)) }
    for _ in 0..<60 { world.pass(milliseconds: 1_000) }
    #expect(world.sink.paused == [mara.slot])
    #expect(world.sink.closed.isEmpty, "nothing was heard for 60 s, because nothing was read")
    for _ in 0..<39 { world.pass(milliseconds: 1_000) }
    #expect(world.sink.paused.isEmpty)
    for _ in 0..<45 { world.pass(milliseconds: 1_000) }
    #expect(world.sink.closed[mara.slot] == 4_001, "read again, it is held to its signs of life")
  }

  @Test func `nonsense, pings and what reads the disk cost too`() throws {
    let world = try World(budgets: Budgets())
    let one = world.open()
    for _ in 0...256 { one.say("{") }
    let two = world.open()
    for _ in 0...256 { world.delivery.heard(two.slot) }
    let three = world.open()
    _ = three.hello("aaaaa")
    for _ in 0..<32 { three.say(#"{"type":"history","before":1,"limit":200}"#) }
    #expect(world.sink.paused == [one.slot, two.slot, three.slot])
  }

  @Test func `without budgets nobody is held up`() throws {
    let world = try World()
    let mara = world.open()
    _ = mara.hello("aaaaa")
    for seq in 1...2_000 { mara.say(key(seq)) }
    world.settle()
    #expect(world.sink.paused.isEmpty)
    #expect(world.delivery.left(of: mara.slot) == nil)
  }

  @Test func `a budget and a full log stop reading each for themselves`() throws {
    let world = try World(budgets: Budgets())
    let mara = world.open()
    _ = mara.hello("aaaaa")
    for seq in 1...Int(Limits.unacknowledgedEvents) { mara.say(key(seq)) }
    world.delivery.endTurn()
    #expect(world.sink.paused == [mara.slot])
    world.settle()
    #expect(length(world) == Int(Limits.unacknowledgedEvents))
    #expect(world.sink.paused == [mara.slot], "all is durable, and not paid for")
    for _ in 0..<61 { world.pass(milliseconds: 1_000) }
    #expect(world.sink.paused.isEmpty)
  }

  @Test func `so many events that are not durable stop reading until a commit`() throws {
    let world = try World()
    let mara = world.open()
    _ = mara.hello("aaaaa")
    let most = Int(Limits.unacknowledgedEvents)
    for seq in 1..<most { mara.say(key(seq)) }
    world.delivery.endTurn()
    #expect(world.sink.paused.isEmpty)
    mara.say(key(most))
    world.delivery.endTurn()
    #expect(world.sink.paused == [mara.slot])
    world.settle()
    #expect(world.sink.paused.isEmpty)
    #expect(mara.take().of("ack").last?.integer("seq") == Int64(most))
  }
}
