import Chat
import Testing

@testable import Rooms

@Suite struct AskerBudgetTests {
  private let home = AddressKey(hash: 1)
  private let work = AddressKey(hash: 2)

  @Test func `sixty replies a day an address, whoever asks there`() {
    var budget = AskerBudget()
    for message in 0..<60 as Range<Int64> {
      budget.note(message, from: home)
      #expect(budget.reserve([message], at: message * 1_000) == .granted)
    }
    budget.note(60, from: home)
    budget.note(61, from: work)
    #expect(
      budget.reserve([60, 61], at: 100_000)
        == .refused([60], limit: 60, retryMilliseconds: 86_300_000))
    #expect(budget.reserve([61], at: 100_000) == .granted, "nobody paid for the refused one")
    budget.note(62, from: home)
    #expect(budget.reserve([62], at: 86_400_000) == .granted, "the first is a day old")
  }

  @Test func `one reply to many messages is one reply of each address`() {
    var budget = AskerBudget()
    for round in 0..<60 as Range<Int64> {
      for message in round * 4..<round * 4 + 4 { budget.note(message, from: home) }
      #expect(budget.reserve(Array(round * 4..<round * 4 + 4), at: 0) == .granted)
    }
    budget.note(999, from: home)
    guard case .refused([999], _, _) = budget.reserve([999], at: 0) else {
      Issue.record("not refused")
      return
    }
  }

  @Test func `what nobody knows the origin of costs nothing, and memory is bounded`() {
    var budget = AskerBudget()
    #expect(budget.reserve([1, 2], at: 0) == .granted)
    for message in 0..<100_000 as Range<Int64> {
      budget.note(message, from: home)
      #expect(budget.count <= AskerBudget.messagesKept)
    }
    budget.forget(from: 0)
    #expect(budget.count == 0)
  }

  @Test func `a message is charged to the address it was sent from`() throws {
    let world = try World(budgets: Budgets())
    let mara = Client(world: world, slot: world.delivery.open(room: .lobby, from: home))
    _ = mara.hello("aaaaa")
    for seq in 1...61 {
      let said = mara.ask(sending(seq, draft: seq, "hello"))
      let message = try #require(said.of("ack").last?.integer("offset"))
      let answer = world.admission.reserveReply(to: [message])
      if seq <= 60 {
        #expect(answer == .granted)
      } else {
        #expect(answer == .refused([message], limit: 60, retryMilliseconds: 86_400_000))
      }
    }
    let free = try World()
    #expect(free.admission.reserveReply(to: [1]) == .granted)
  }
}
