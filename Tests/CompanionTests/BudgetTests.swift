import Chat
import Testing

@testable import Companion

@Suite struct BudgetTests {
  @Test func `twenty a minute, then none until the first is a minute old`() {
    var budget = Budget(perMinute: 20, perDay: 500)
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

  @Test func `five hundred a day, whatever the minute says`() {
    var budget = Budget(perMinute: 20, perDay: 500)
    for index in 0..<500 { budget.count(startAt: Int64(index) * 60_000) }
    let excess = budget.excess(now: 500 * 60_000, underWay: 0)
    #expect(excess?.scope == .server)
    #expect(excess?.limit == 500)
    #expect(excess?.retryMilliseconds == 56_400_000)
    #expect(budget.excess(now: 86_400_000, underWay: 0) == nil)
  }

  @Test func `starts that are not in the log yet count`() {
    var budget = Budget(perMinute: 2, perDay: 500)
    #expect(budget.excess(now: 0, underWay: 1) == nil)
    #expect(budget.excess(now: 0, underWay: 2)?.retryMilliseconds == 60_000)
    budget.count(startAt: 0)
    #expect(budget.excess(now: 0, underWay: 1)?.scope == .minute)
  }

  @Test func `a limit of nothing refuses everything`() {
    #expect(Budget(perMinute: 0, perDay: 500).excess(now: 5, underWay: 0)?.limit == 0)
    #expect(Budget(perMinute: 20, perDay: 0).excess(now: 5, underWay: 0)?.scope == .server)
  }

  @Test func `a long log costs no memory`() {
    var budget = Budget(perMinute: 20, perDay: 500)
    for index in 0..<100_000 { budget.count(startAt: Int64(index)) }
    #expect(budget.excess(now: 100_000, underWay: 0)?.scope == .server)
    #expect(budget.excess(now: 86_500_000, underWay: 0) == nil)
  }
}
