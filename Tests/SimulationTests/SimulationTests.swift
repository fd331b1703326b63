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
    let other = try Simulator.run(.log, seed: seed + 1, steps: Self.steps)
    #expect(first.trace != other.trace)
  }
}
