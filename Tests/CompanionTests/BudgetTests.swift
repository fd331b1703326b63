import Chat
import Rooms
import Testing

@testable import Companion

@Suite struct BudgetTests {
  @Test func `twenty a minute, then none until the first is a minute old`() {
    var budget = Budget(perMinute: 20, perDay: 500, perRoomDay: 200)
    for index in 0..<20 {
      #expect(budget.excess(now: 1_000, underWay: 0) == nil)
      budget.count(startAt: 1_000 + Int64(index))
    }
    let excess = budget.excess(now: 31_000, underWay: 0)
    #expect(excess == Budget.Excess(scope: .minute, limit: 20, retryMilliseconds: 30_000))
    #expect(budget.excess(now: 60_999, underWay: 0)?.retryMilliseconds == 1)
    #expect(budget.excess(now: 61_000, underWay: 0) == nil)
    #expect(budget.excess(now: 61_000, underWay: 1)?.retryMilliseconds == 1)
  }

  @Test func `five hundred a day, until midnight UTC, whatever the minute says`() {
    var budget = Budget(perMinute: 20, perDay: 500, perRoomDay: 200)
    for index in 0..<500 { budget.count(startAt: Int64(index) * 60_000) }
    let excess = budget.excess(now: 500 * 60_000, underWay: 0)
    #expect(excess?.scope == .server)
    #expect(excess?.limit == 500)
    #expect(excess?.retryMilliseconds == 56_400_000)
    #expect(budget.excess(now: 86_399_999, underWay: 0)?.retryMilliseconds == 1)
    #expect(budget.excess(now: 86_400_000, underWay: 0) == nil)
  }

  @Test func `starts that are not in the log yet count`() {
    var budget = Budget(perMinute: 2, perDay: 500, perRoomDay: 200)
    #expect(budget.excess(now: 0, underWay: 1) == nil)
    #expect(budget.excess(now: 0, underWay: 2)?.retryMilliseconds == 60_000)
    budget.count(startAt: 0)
    #expect(budget.excess(now: 0, underWay: 1)?.scope == .minute)
  }

  @Test func `a limit of nothing refuses everything`() {
    let none = Budget(perMinute: 0, perDay: 500, perRoomDay: 200)
    #expect(none.excess(now: 5, underWay: 0)?.limit == 0)
    let never = Budget(perMinute: 20, perDay: 0, perRoomDay: 200)
    #expect(never.excess(now: 5, underWay: 0)?.scope == .server)
  }

  @Test func `a long log costs no memory`() {
    var budget = Budget(perMinute: 20, perDay: 500, perRoomDay: 200)
    for index in 0..<100_000 { budget.count(startAt: Int64(index)) }
    #expect(budget.excess(now: 100_000, underWay: 0)?.scope == .server)
    #expect(budget.excess(now: 86_500_000, underWay: 0) == nil)
  }
}

/// Budgets as the companion keeps them, in the room and of addresses.
@Suite struct KeptBudgetTests {
  private func world(_ change: (inout CompanionOptions) -> Void = { _ in }) throws -> World {
    var options = CompanionOptions(providers: [try Provider(address: "http://h/v1", model: "m")])
    change(&options)
    let world = World(options: options)
    world.restart()
    return world
  }

  private func refusals(_ world: World) -> [ReplyRefusal] {
    world.log.compactMap {
      if case .replyRefused(let refusal) = $0.event { refusal } else { nil }
    }
  }

  private func answer(_ world: World) {
    world.models[0].say(.text("x"), .ended(.finished(.stop, nil)))
    world.settle()
  }

  @Test func `an address that had its replies is refused, the others are answered`() throws {
    let world = try world()
    world.say("one")
    world.settle()
    let (second, third) = (world.say("two"), world.say("three"))
    world.fault { $0.reservation = .refused([second], limit: 60, retryMilliseconds: 9) }
    answer(world)
    #expect(
      refusals(world)
        == [
          ReplyRefusal(
            by: .companion, to: [second], reason: .budget, scope: .address, limit: 60,
            retryMilliseconds: 9)
        ])
    #expect(world.fault { $0.reserved } == [[0], [second, third], [third]])
    guard case .replyStarted(let start)? = world.log.last?.event else {
      Issue.record("no reply")
      return
    }
    #expect(start.to == [third])
  }

  @Test func `a room's day outlives a restart, and another room has its own`() throws {
    let world = try world { $0.repliesPerRoomDay = 2 }
    for _ in 0..<2 {
      world.say("hello")
      world.settle()
      answer(world)
    }
    world.restart()
    world.say("more")
    world.settle()
    #expect(refusals(world).map(\.scope) == [.room])
    let other = try #require(RoomName("other"))
    world.say("here", in: other)
    world.settle()
    #expect(refusals(world).count == 1)
  }

  @Test func `words that come faster than the log takes them pause the model`() throws {
    let world = try world()
    world.say("hello")
    world.commit()
    world.models[0].say(.text("0"))
    world.step()
    #expect(world.models[0].paused.isEmpty)
    for index in 1..<Outgoing.waitingEvents {
      world.models[0].say(.text("\(index)"))
      world.step()
    }
    #expect(world.models[0].paused.isEmpty)
    world.models[0].say(.text("last"))
    world.step()
    #expect(world.models[0].paused.count == 1, "the log has not moved")
    world.commit()
    #expect(world.models[0].paused.isEmpty)
    world.models[0].say(.ended(.finished(.stop, nil)))
    world.settle()
    guard case .replyFinished(let finish)? = world.log.last?.event else {
      Issue.record("no end")
      return
    }
    #expect(finish.finish == .stop)
  }
}
