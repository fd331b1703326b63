import Testing

@testable import LogStore

/// Readers without the lock that are told by the writer how far the log is committed.
@Suite struct CommittedEndTests {
  private let directory = TemporaryDirectory(inMemory: true)
  private let time = FakeTime()
  private let records = (0..<20).map { Record("record \($0) \($0 * 7_919)") }

  /// One batch a record, all behind the recovery point, and where each ends in the file.
  private func fill() throws -> (log: Log, ends: [Int]) {
    let log = try directory.open(.growing, time: time)
    var ends: [Int] = []
    for record in records {
      try log.append([record])
      ends.append(try bytes(of: directory.layout.segment(0)).count)
    }
    #expect(try RecoveryPoint.parse(bytes(of: directory.layout.recoveryPoint)).next == 0)
    return (log, ends)
  }

  private func reader(to end: Int64?) throws -> LogReader {
    try LogReader.open(directory.path, storage: POSIXStorage()) { end }
  }

  private func hurt(at position: Int) throws {
    var file = try bytes(of: directory.layout.segment(0))
    file[position] ^= 1
    try write(file, to: directory.layout.segment(0))
  }

  @Test func `what is committed is read, and nothing behind it`() throws {
    let (log, _) = try fill()
    for end in [0, 1, 15, 20] as [Int64] {
      let found = try reader(to: end)
      #expect(found.state.health == .ok)
      #expect(try found.all() == seen(Array(records[..<Int(end)])))
    }
    log.close()
  }

  @Test func `a batch hurt before the committed end is damage, and what follows is read`() throws {
    let (log, ends) = try fill()
    defer { log.abandon() }
    try hurt(at: ends[9] + 70)
    let found = try reader(to: 18)
    guard case .damaged = found.state.health else {
      Issue.record("committed records are gone without a word")
      return
    }
    #expect(found.state.next == 18)
    #expect(throws: ReadError.self) { try found.all() }
    #expect(try found.all(from: 11) == seen(Array(records[11..<18]), from: 11))
  }

  @Test func `a batch hurt behind the committed end is nobody's business yet`() throws {
    let (log, ends) = try fill()
    defer { log.abandon() }
    try hurt(at: ends[14] + 70)
    let found = try reader(to: 15)
    #expect(found.state.health == .ok)
    #expect(try found.all() == seen(Array(records[..<15])))
  }

  @Test func `the last committed batch hurt is damage, and nothing behind it is shown`() throws {
    let (log, ends) = try fill()
    defer { log.abandon() }
    try hurt(at: ends[13] + 70)
    let found = try reader(to: 15)
    #expect(found.state.health != .ok)
    #expect(found.state.next == 14)
  }

  @Test func `zeros where the last committed batch was are damage too`() throws {
    let (log, ends) = try fill()
    defer { log.abandon() }
    var file = try bytes(of: directory.layout.segment(0))
    for position in ends[13]..<file.count { file[position] = 0 }
    try write(file, to: directory.layout.segment(0))
    let found = try reader(to: 20)
    #expect(found.state.health != .ok)
    #expect(found.state.next == 14)
    #expect(found.endsIn?.offset == 14)
    #expect(try reader(to: 14).endsIn == nil)
  }

  @Test func `only damage at the end keeps a reader there from going on`() throws {
    let (log, ends) = try fill()
    defer { log.abandon() }
    try hurt(at: ends[9] + 70)
    #expect(try reader(to: 18).endsIn == nil, "what follows is read")
    #expect(try reader(to: 11).endsIn?.offset == 10)
    try hurt(at: ends[18] + 70)
    #expect(try reader(to: 20).endsIn != nil, "the second hole of two is the end")
  }

  @Test func `a copy and an audit go to the committed end too`() throws {
    let (log, ends) = try fill()
    defer { log.abandon() }
    let audit = try LogAudit.open(directory.path) { 15 }
    #expect(audit.isToldEnd && audit.state.next == 15)
    #expect(try LogAudit.open(directory.path).state.next == 0, "nobody says: the recovery point")
    for end in [15, 20] as [Int64] {
      let target = TemporaryDirectory(inMemory: true)
      let report = try Backup.run(directory.path, to: target.path) { end }
      #expect(report.isToldEnd && report.inUse && report.offsets == 0..<end)
      let copy = try target.open(.growing, time: time)
      #expect(copy.state.health == .ok && copy.opening.clean && !copy.opening.newEpoch)
      #expect(try copy.all() == seen(Array(records[..<Int(end)])))
      copy.close()
    }
    try hurt(at: ends[13] + 70)
    let target = TemporaryDirectory(inMemory: true)
    #expect(throws: Backup.Failure.self) { try Backup.run(directory.path, to: target.path) { 15 } }
    #expect(try LogAudit.open(directory.path) { 15 }.damage?.offset == 14)
    #expect(try LogAudit.open(directory.path) { 14 }.damage == nil)
  }

  @Test func `a writer that starts while its directory is looked at is no damage`() throws {
    let (first, _) = try fill()
    first.close()
    // Held as by a server that is opening; by the time it answers, it has opened and written.
    nonisolated(unsafe) var held = try POSIXStorage().lock(directory.layout.lock)
    nonisolated(unsafe) var log: Log?
    let found = try LogReader.open(directory.path, storage: POSIXStorage()) {
      held = nil
      log = try? directory.open(.growing, time: time)
      _ = try? log?.append([Record("after")])
      return log?.state.next
    }
    #expect(held == nil)
    #expect(log?.state.next == 21)
    #expect(found.inUse)
    #expect(found.state.health == .ok)
    #expect(try found.all() == seen(records + [Record("after")]))
    log?.abandon()
  }
}
