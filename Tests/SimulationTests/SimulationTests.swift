import Simulation
import Testing

/// A small size of what `dev/sim` runs; a failure prints the command that repeats it.
@Suite struct SimulationTests {
  private static let steps = 3_000

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `a log in a simulated world keeps its promises`(seed: UInt64) throws {
    let (_, tally) = try Simulator.run(.log, seed: seed, steps: Self.steps)
    #expect(tally[.steps] == Self.steps)
    #expect(tally[.commits] > 0)
  }

  /// 6, 16, 17 and 20 told a client that dropped what it had said that its session was unknown.
  @Test(arguments: [6, 16, 17, 20, 69] as [UInt64])
  func `people in a simulated world lose nothing they were told`(seed: UInt64) throws {
    let (_, tally) = try Simulator.run(.conversation, seed: seed, steps: 1_200)
    #expect(tally[.acknowledgements] > 0)
    #expect(tally[.resends] > 0)
  }

  @Test func `every kind of fault happens`() async {
    let simulator = Simulator(worlds: [.log], seeds: 101...130, steps: 1_500, workers: 2)
    let outcome = await simulator.run { _ in }
    #expect(outcome.violations.map(\.description) == [])
    #expect(outcome.missing(from: [.log]) == [])
  }

  @Test(arguments: [7, 1_071] as [UInt64])
  func `the same seed makes the same world`(seed: UInt64) throws {
    let first = try Simulator.run(.log, seed: seed, steps: Self.steps)
    let second = try Simulator.run(.log, seed: seed, steps: Self.steps)
    #expect(first.trace == second.trace)
    #expect(first.tally.lines == second.tally.lines)
    let spoken = try Simulator.run(.conversation, seed: seed, steps: 500)
    #expect(try Simulator.run(.conversation, seed: seed, steps: 500).trace == spoken.trace)
    let other = try Simulator.run(.log, seed: seed + 1, steps: Self.steps)
    #expect(first.trace != other.trace)
  }
}
