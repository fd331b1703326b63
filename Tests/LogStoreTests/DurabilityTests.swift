import Testing

@testable import LogStore

/// When bytes are synced, and where the recovery point stands meanwhile.
@Suite struct DurabilityTests {
  private let directory = TemporaryDirectory()
  private let storage = FaultyStorage()
  private let time = FakeTime()

  private func open(_ durability: Durability) throws -> Log {
    try directory.open(LogOptions(durability: durability), time: time, storage: storage)
  }

  private var syncs: Int { storage.operations.count { $0 == .sync } }
  private var point: RecoveryPoint {
    get throws { try RecoveryPoint.parse(bytes(of: directory.layout.recoveryPoint)) }
  }

  /// Lets a second pass, until the writer has seen it.
  private func pass(_ log: Log, until condition: () throws -> Bool) rethrows {
    while try !condition() {
      time.pass(milliseconds: 1_000)
      log.nudge()
    }
  }

  @Test func `in commit mode there is a sync for every append before it is acknowledged`() throws {
    let log = try open(.commit)
    let before = syncs
    for count in 1...5 {
      try log.append([Record("x")])
      #expect(syncs == before + count)
    }
  }

  @Test func `in interval mode a sync comes once the time has passed`() throws {
    let log = try open(.interval(milliseconds: 500))
    let before = syncs
    for _ in 0..<5 { try log.append([Record("x")]) }
    #expect(syncs == before)
    time.pass(milliseconds: 499)
    try log.append([Record("x")])
    #expect(syncs == before)
    time.pass(milliseconds: 1)
    log.nudge()
    while syncs == before { log.nudge() }
    #expect(log.state.next == 6)
  }

  @Test(arguments: [Durability.commit, .interval(milliseconds: 5_000), .os])
  func `the recovery point follows a second after the last append, and is never ahead`(
    durability: Durability
  ) throws {
    let log = try open(durability)
    try log.append([Record("a"), Record("b")])
    #expect(try point.next == 0)
    try pass(log) { try point.next == 2 }
    #expect(try !point.clean)
    #expect(try point.durability == durability)
    let size = try bytes(of: directory.layout.segment(0)).count
    #expect(try point.position <= Int64(size))
    try log.append([Record("c")])
    #expect(try point.next == 2)
    log.close()
    let last = try point
    #expect(last.clean && last.next == 3)
    #expect(last.position == Int64(try bytes(of: directory.layout.segment(0)).count))
  }

  @Test func `an opening moves the point to its own mode before anything is appended`() throws {
    try open(.commit).close()
    let log = try open(.os)
    #expect(try point.durability == .os)
    #expect(try !point.clean)
    log.abandon()
    let again = try open(.commit)
    #expect(again.opening.durability == .os)
    #expect(try point.durability == .commit)
  }

  @Test func `zeros are ahead of the data while it is written, and gone when it is sealed`() throws
  {
    let log = try open(.commit)
    try log.append([Record("x")])
    let written = try bytes(of: directory.layout.segment(0))
    #expect(written.count > 1 << 20)
    #expect(written.suffix(1 << 20).allSatisfy { $0 == 0 })
    for _ in 0..<10 { try log.append([Record("y")]) }
    #expect(try bytes(of: directory.layout.segment(0)).count == written.count)
    log.abandon()
    let again = try open(.commit)
    #expect(again.state.next == 11 && again.opening.cutBytes == 0)
    again.close()
    #expect(try Int64(bytes(of: directory.layout.segment(0)).count) == point.position)
  }

  @Test
  func `a byte among the zeros ahead is torn behind the point, and damage after a clean close`()
    throws
  {
    let log = try open(.commit)
    try log.append([Record("x")])
    log.abandon()
    var file = try bytes(of: directory.layout.segment(0))
    file[file.count - 5] = 1
    try write(file, to: directory.layout.segment(0))
    let again = try open(.commit)
    #expect(again.opening.cutBytes > 0)
    #expect(try again.all() == seen([Record("x")]))
    again.close()
    try write(
      try bytes(of: directory.layout.segment(0)) + [0, 0, 1], to: directory.layout.segment(0))
    let damaged = try open(.commit)
    guard case .damaged = damaged.state.health else {
      Issue.record("\(damaged.state.health)")
      return
    }
  }
}
