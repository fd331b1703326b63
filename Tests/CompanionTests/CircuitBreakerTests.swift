import Testing

@testable import Companion

/// The breaker with a clock of our own, in milliseconds.
@Suite struct CircuitBreakerTests {
  private struct Bench {
    var breaker = CircuitBreaker()
    var now: Int64 = 0
    var call = 0

    mutating func ask(lastResort: Bool = false) -> CircuitBreaker.Verdict {
      call += 1
      return breaker.admit(call, isLastResort: lastResort, now: now * 1_000_000)
    }

    mutating func fail(_ sign: CircuitBreaker.Sign, call: Int? = nil) {
      breaker.failed(call ?? self.call, sign, now: now * 1_000_000)
    }
  }

  @Test func `one silence opens it, so that a dead server costs one patience`() {
    var bench = Bench()
    #expect(bench.ask() == .ask)
    bench.now = 60_000
    bench.fail(.dead)
    var verdicts: [CircuitBreaker.Verdict] = []
    for _ in 0..<10 {
      verdicts.append(bench.ask())
      bench.now += 2_999
    }
    #expect(verdicts == Array(repeating: .resting, count: 10))
  }

  @Test func `bad answers open it when there are three in a row`() {
    var bench = Bench()
    for sign in [CircuitBreaker.Sign.ill, .ill] {
      #expect(bench.ask() == .ask)
      bench.fail(sign)
    }
    #expect(bench.ask() == .ask)
    bench.breaker.succeeded()
    for _ in 0..<3 {
      #expect(bench.ask() == .ask, "a good answer begins the count again")
      bench.fail(.ill)
    }
    #expect(bench.ask() == .resting)
  }

  @Test func `a few words before it fails do not begin the count again`() {
    var bench = Bench()
    for _ in 0..<3 {
      #expect(bench.ask() == .ask)
      bench.breaker.spoke()
      bench.fail(.ill)
    }
    #expect(bench.ask() == .resting)
  }

  @Test func `what is our own fault never opens it`() {
    var bench = Bench()
    for _ in 0..<100 {
      #expect(bench.ask() == .ask)
      bench.fail(.innocent)
    }
  }

  @Test func `after the rest one call is the probe, and the others go on past it`() {
    var bench = Bench()
    _ = bench.ask()
    bench.fail(.dead)
    bench.now += 29_999
    #expect(bench.ask() == .resting)
    bench.now += 1
    #expect(bench.ask() == .ask)
    #expect(bench.breaker.state == .halfOpen(probe: bench.call, rests: 1))
    #expect(bench.ask() == .resting)
    #expect(bench.ask() == .resting)
  }

  @Test func `a probe that speaks closes it`() {
    var bench = Bench()
    _ = bench.ask()
    bench.fail(.dead)
    bench.now += 30_000
    _ = bench.ask()
    bench.breaker.spoke()
    #expect(bench.breaker.state == .closed(illnesses: 0))
    #expect(bench.ask() == .ask)
    #expect(bench.ask() == .ask)
  }

  @Test func `each failed probe doubles the rest, up to ten minutes`() {
    var bench = Bench()
    _ = bench.ask()
    bench.fail(.dead)
    var rests: [Int64] = []
    for _ in 0..<8 {
      guard case .open(let until, _, false) = bench.breaker.state else { break }
      rests.append(until / 1_000_000 - bench.now)
      bench.now = until / 1_000_000
      #expect(bench.ask() == .ask)
      bench.fail(.ill)
    }
    #expect(rests == [30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000, 600_000])
  }

  @Test func `calls from before it opened neither prolong nor shorten the rest`() {
    var bench = Bench()
    _ = (bench.ask(), bench.ask(), bench.ask())
    bench.fail(.dead, call: 1)
    let opened = bench.breaker.state
    bench.now += 10_000
    bench.fail(.dead, call: 2)
    #expect(bench.breaker.state == opened)
    bench.now += 20_000
    _ = bench.ask()
    bench.fail(.ill, call: 3)
    #expect(bench.breaker.state == .halfOpen(probe: bench.call, rests: 1), "not the probe's")
  }

  @Test func `a probe that is called off says nothing, and the next call takes its place`() {
    var bench = Bench()
    _ = bench.ask()
    bench.fail(.dead)
    bench.now += 30_000
    #expect(bench.ask() == .ask)
    bench.breaker.abandoned(bench.call)
    #expect(bench.ask() == .ask)
    #expect(bench.ask() == .resting)
    bench.breaker.abandoned(1)
    #expect(bench.ask() == .resting, "only the probe's own call")
  }

  @Test func `who asks to be left alone is, for that time, and nobody is asked all the same`() {
    var bench = Bench()
    _ = bench.ask()
    bench.fail(.busy(20_000))
    bench.now += 5_000
    #expect(bench.ask() == .askedForRest(milliseconds: 15_000))
    #expect(bench.ask(lastResort: true) == .askedForRest(milliseconds: 15_000))
    bench.breaker.spoke()
    bench.breaker.succeeded()
    #expect(bench.ask() == .askedForRest(milliseconds: 15_000), "a call from before")
    bench.fail(.busy(1_000))
    #expect(bench.ask() == .askedForRest(milliseconds: 15_000), "never made shorter")
    bench.now += 15_000
    #expect(bench.ask() == .ask)
    bench.breaker.spoke()
    bench.breaker.succeeded()
    #expect(bench.breaker.state == .closed(illnesses: 0))
  }

  @Test func `where nobody else is left it is asked however often it failed`() {
    var bench = Bench()
    for _ in 0..<20 {
      #expect(bench.ask(lastResort: true) == .ask)
      bench.fail(.dead)
    }
  }

  @Test func `every fault has a sign, and only silence is death`() {
    let dead = ModelFault.allCases.filter { $0.sign == .dead }
    #expect(dead == [.unreachable, .connectTimeout, .untrusted, .firstTokenTimeout])
    let innocent = ModelFault.allCases.filter { $0.sign == .innocent }
    #expect(innocent == [.contextTooLong, .badRequest, .passedOver, .logRefused])
  }
}
