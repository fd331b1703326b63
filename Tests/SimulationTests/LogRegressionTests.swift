import Glibc
import LogStore
import Testing

@testable import Simulation

/// What simulation found, told as stories: each was a log that lost records or called itself
/// damaged.
@Suite struct LogRegressionTests {
  /// A machine: a disk, a clock, and the log's process on it.
  private final class Machine {
    let disk: SimulatedDisk
    let time = SimulatedTime()
    var log: Log?
    var appended: Int64 = 0
    var options = LogOptions(segmentBytes: 700)

    init(_ seed: UInt64) { disk = SimulatedDisk(random: Randomness(seed: seed)) }

    func start() throws {
      log = try Log.openStepped(
        "/data", options: options, storage: disk, time: time, random: Randomness(seed: 1))
    }

    /// Ends the process, with the power or without, and starts it again.
    func restart(cutting power: Bool) throws {
      log?.abandon()
      log = nil
      disk.restart(cutting: power)
      try start()
    }

    /// Appends a record; `appended` counts those that were acknowledged.
    func append() {
      let value = (0..<90).map { UInt8(truncatingIfNeeded: Int(appended) &* 31 &+ $0 &* $0) }
      let generation = (log?.state.refusedGeneration ?? 0) + 1
      _ = try? log?.submit([Record(key: nil, value: value)], generation: generation)
      log?.step()
      appended = log?.state.next ?? appended
    }

    func expectAll(_ comment: Comment) {
      #expect(log?.state.health == .ok, comment)
      #expect(log?.state.next ?? 0 >= appended, comment)
      #expect(throws: Never.self, comment) {
        try log?.scan(from: log?.state.start ?? 0, to: nil) { _ in .advance }
      }
    }
  }

  @Test(arguments: 0..<24)
  func `a directory made by a process that ended at once is durable once records are`(
    seed: Int
  ) throws {
    let machine = Machine(UInt64(seed))
    #expect(try machine.disk.makeDirectory("/data"))
    machine.disk.restart(cutting: false)
    try machine.start()
    for _ in 0..<3 { machine.append() }
    try machine.restart(cutting: true)
    machine.expectAll("seed \(seed)")
    #expect(machine.appended == 3)
  }

  @Test(arguments: 0..<16)
  func `a roll that fails at any point leaves one last segment`(after: Int) throws {
    let machine = Machine(UInt64(after))
    try machine.start()
    machine.disk.faults.fail([.open, .rename], errno: ENOSPC, after: after)
    for _ in 0..<12 where machine.log?.state.health == .ok { machine.append() }
    // There is space again, so that the segment goes on; then the process is killed.
    machine.time.pass(milliseconds: 1_100)
    machine.log?.step()
    let before = machine.appended
    #expect(before >= 4)
    try machine.restart(cutting: false)
    machine.expectAll("open \(after)")
    machine.appended = before
    for _ in 0..<6 { machine.append() }
    try machine.restart(cutting: true)
    machine.expectAll("open \(after), then a power cut")
  }

  @Test(arguments: 0..<12)
  func `what is built on a name that was not durable is not lost with it`(after: Int) throws {
    for seed in 0..<20 {
      let machine = Machine(UInt64(after * 100 + seed))
      try machine.start()
      machine.disk.faults.fail([.sync], errno: EIO, after: after)
      for _ in 0..<12 { machine.append() }
      // The sync failed, and the process is killed: the cache has what the disk has not.
      try machine.restart(cutting: false)
      machine.append()
      try machine.restart(cutting: true)
      machine.expectAll("sync \(after), seed \(seed)")
    }
  }

  @Test(arguments: 0..<5)
  func `an opening finishes a rewriting only from a meta file that is durable`(after: Int) throws {
    for seed in 0..<30 {
      let machine = Machine(UInt64(after * 100 + seed))
      machine.options.segmentBytes = 3_000
      machine.options.rewritesSealed = true
      try machine.start()
      for _ in 0..<30 { machine.append() }
      machine.disk.faults.fail([.sync], errno: EIO, after: after)
      machine.log?.steppedUpkeep(machine.options).run()
      machine.log?.abandon()
      machine.log = nil
      machine.disk.restart(cutting: false)
      // The opening puts the rewritten file in its place, and power goes before it is done.
      machine.disk.faults.cut(after: seed * 2)
      try? machine.start()
      try machine.restart(cutting: true)
      machine.expectAll("sync \(after), seed \(seed)")
    }
  }

  @Test func `retention leaves the last record while the active segment is empty`() throws {
    let machine = Machine(1)
    machine.options.segmentAgeMilliseconds = 1_000
    machine.options.retainAgeMilliseconds = 1_000
    try machine.start()
    for _ in 0..<20 {
      machine.append()
      machine.time.pass(milliseconds: 2_000)
      // A roll whose append fails leaves the active segment empty.
      machine.disk.faults.fail([.write], errno: ENOSPC, after: machine.appended % 3 == 0 ? 3 : 99)
      machine.log?.steppedUpkeep(machine.options).run()
      let state = try #require(machine.log?.state)
      #expect(state.start < state.next)
    }
  }
}
