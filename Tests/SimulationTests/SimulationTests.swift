import Glibc
import Simulation
import Testing

/// A small size of what `dev/sim` runs; a failure prints the command that repeats it.
@Suite struct SimulationTests {
  private static let steps = 1_500

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `a log in a simulated world keeps its promises`(seed: UInt64) throws {
    let (_, tally) = try Simulator.run(.log, seed: seed, steps: Self.steps)
    #expect(tally[.steps] == Self.steps)
    #expect(tally[.commits] > 0)
  }

  /// 1936 repairs a log whose `meta.json` is gone, with a dropped segment that is there again.
  @Test func `a repair that cannot know the start loses nothing behind it`() throws {
    let (_, tally) = try Simulator.run(.log, seed: 1_936, steps: 3_900)
    #expect(tally[.repairs] > 0)
  }

  /// 6, 16, 17 and 20 told a client that dropped what it had said that its session was unknown.
  @Test(arguments: [6, 16, 17, 20, 69] as [UInt64])
  func `people in a simulated world lose nothing they were told`(seed: UInt64) throws {
    let (_, tally) = try Simulator.run(.conversation, seed: seed, steps: 900)
    #expect(tally[.acknowledgements] > 0)
    #expect(tally[.resends] > 0)
  }

  @Test func `every kind of fault happens`() async {
    let simulator = Simulator(worlds: [.log], seeds: 101...130, steps: 400, workers: 2)
    let outcome = await simulator.run { _ in }
    #expect(outcome.violations.map(\.description) == [])
    #expect(outcome.missing(from: [.log]) == [])
  }

  @Test(arguments: [7] as [UInt64])
  func `the same seed makes the same world`(seed: UInt64) throws {
    let first = try Simulator.run(.log, seed: seed, steps: Self.steps)
    let second = try Simulator.run(.log, seed: seed, steps: Self.steps)
    #expect(first.trace == second.trace)
    #expect(first.tally.lines == second.tally.lines)
    let other = try Simulator.run(.log, seed: seed + 1, steps: Self.steps)
    #expect(first.trace != other.trace)
  }

  /// Rooms keep dictionaries, whose order is one of the process unless it is told otherwise, before
  /// it starts.
  @Test func `the same seed makes the same people`() async {
    setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
    defer { unsetenv("SWIFT_DETERMINISTIC_HASHING") }
    await #expect(processExitsWith: .success) {
      let first = try Simulator.run(.conversation, seed: 7, steps: 800)
      let second = try Simulator.run(.conversation, seed: 7, steps: 800)
      try #require(first.trace == second.trace)
      try #require(first.tally.lines == second.tally.lines)
    }
  }
}
