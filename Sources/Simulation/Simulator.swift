internal import Synchronization

/// Runs many worlds, one seed each.
package struct Simulator: Sendable {
  package let worlds: [World]
  package let seeds: ClosedRange<UInt64>
  package let steps: Int
  /// Worlds at a time.
  package let workers: Int

  package init(worlds: [World], seeds: ClosedRange<UInt64>, steps: Int, workers: Int) {
    self.worlds = worlds
    self.seeds = seeds
    self.steps = steps
    self.workers = workers
  }

  /// What came of them.
  package struct Outcome: Sendable {
    package var tallies: [World: Tally] = [:]
    package var violations: [Violation] = []
    package var seeds = 0

    /// Kinds of fault that never happened, though enough seeds ran for it.
    package func missing(from worlds: [World]) -> [String] {
      worlds.flatMap { world in
        let faults = world == .log ? Tally.logFaults : Tally.conversationFaults
        let tally = tallies[world] ?? Tally()
        return faults.filter { tally[$0] == 0 }.map { "\(world.rawValue): \($0.rawValue)" }
      }
    }
  }

  /// One world; the same every time.
  package static func run(_ world: World, seed: UInt64, steps: Int) throws(Violation)
    -> (trace: Trace, tally: Tally)
  {
    switch world {
    case .log: try LogWorld(seed: seed, steps: steps).run()
    case .conversation: try ConversationWorld(seed: seed, steps: steps).run()
    }
  }

  /// Which world a seed makes, when several are asked for: nine of the log, one with people in it.
  package func world(of seed: UInt64) -> World {
    if worlds.count == 1 { return worlds[0] }
    return seed % 10 == 0 ? .conversation : .log
  }

  /// All seeds; `progress` is called after each, from any thread.
  package func run(_ progress: @escaping @Sendable (Outcome) -> Void) async -> Outcome {
    let queue = SeedQueue(seeds)
    await withTaskGroup { group in
      for _ in 0..<workers {
        group.addTask {
          while let seed = queue.take() { progress(queue.add(self.outcome(of: seed))) }
        }
      }
    }
    return queue.outcome
  }

  private func outcome(of seed: UInt64) -> Outcome {
    let world = self.world(of: seed)
    Running.begin(seed, world)
    defer { Running.end(seed) }
    var outcome = Outcome()
    outcome.seeds = 1
    do {
      outcome.tallies[world] = try Self.run(world, seed: seed, steps: steps).tally
    } catch {
      outcome.violations.append(error)
    }
    return outcome
  }
}

/// The seeds that are left, and what came of the others.
private final class SeedQueue: Sendable {
  private let next: Mutex<UInt64>
  private let last: UInt64
  private let sum = Mutex(Simulator.Outcome())

  init(_ seeds: ClosedRange<UInt64>) {
    next = Mutex(seeds.lowerBound)
    last = seeds.upperBound
  }

  func take() -> UInt64? {
    next.withLock { next in
      guard next <= last else { return nil }
      defer { next += 1 }
      return next
    }
  }

  /// Adds to the sum, and returns it.
  func add(_ outcome: Simulator.Outcome) -> Simulator.Outcome {
    sum.withLock { sum in
      sum.seeds += outcome.seeds
      sum.violations += outcome.violations
      for (world, tally) in outcome.tallies { sum.tallies[world, default: Tally()] += tally }
      return sum
    }
  }

  var outcome: Simulator.Outcome { sum.withLock { $0 } }
}

/// The seeds that are being run, for the last words of a process that traps.
package enum Running {
  private static let seeds = Mutex<[UInt64: World]>([:])

  static func begin(_ seed: UInt64, _ world: World) { seeds.withLock { $0[seed] = world } }
  static func end(_ seed: UInt64) { seeds.withLock { $0[seed] = nil } }

  /// Seeds and worlds, smallest first; empty where the lock is held by whoever trapped.
  package static var all: [(seed: UInt64, world: World)] {
    let found = seeds.withLockIfAvailable { $0 } ?? [:]
    return found.sorted { $0.key < $1.key }.map { (seed: $0.key, world: $0.value) }
  }
}
