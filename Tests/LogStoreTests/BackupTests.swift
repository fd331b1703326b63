import Glibc
import Testing

@testable import LogStore

/// A copy is a log that ends where it was consistent.
@Suite struct BackupTests {
  private let directory = TemporaryDirectory(inMemory: true)
  private let target = TemporaryDirectory(inMemory: true)

  private func fill(_ log: Log, _ batches: Int) throws -> [Record] {
    var generator = Seeded(9)
    return try (0..<batches).flatMap { _ in
      let batch = (0..<4).map { _ in Record(key: [1], value: .random(100, &generator)) }
      try log.append(batch)
      return batch
    }
  }

  @Test func `beside a running log the copy ends at the recovery point, clean`() throws {
    let time = FakeTime()
    let log = try directory.open(.small, time: time)
    let records = try fill(log, 9)
    while try RecoveryPoint.parse(bytes(of: directory.layout.recoveryPoint)).next < 36 {
      time.pass(milliseconds: 1_000)
      log.nudge()
    }
    try log.append([Record("behind the point")])
    let report = try Backup.run(directory.path, to: target.path)
    #expect(report.inUse && report.offsets == 0..<36)
    #expect(report.segments == (try directory.bases.count))
    try log.append([Record("goes on")])
    log.close()
    let copy = try target.open(.small, time: time)
    #expect(copy.state.health == .ok && copy.opening.clean && !copy.opening.newEpoch)
    #expect(copy.state.epochs == log.state.epochs)
    #expect(try copy.all() == seen(records))
    #expect(try copy.append([Record("its own way")]) == 36..<37)
  }

  @Test(arguments: [Durability.commit, .os])
  func `a copy of a log that a crash left recovers as the log itself would`(mode: Durability)
    throws
  {
    var options = LogOptions.small
    options.durability = mode
    let log = try directory.open(options)
    let records = try fill(log, 5)
    log.abandon()
    let report = try Backup.run(directory.path, to: target.path)
    #expect(!report.inUse && report.offsets == 0..<20)
    for data in [directory, target] {
      let opened = try data.open(options)
      #expect(!opened.opening.clean && opened.opening.newEpoch == (mode == .os))
      #expect(try opened.all() == seen(records))
      opened.close()
    }
  }

  @Test func `a directory with a log is not written over, one without is not copied`() throws {
    try directory.open().close()
    try target.open().close()
    let before = try target.contents()
    #expect(throws: Backup.Failure.taken(path: target.path)) {
      try Backup.run(directory.path, to: target.path)
    }
    #expect(try target.contents() == before)
    let empty = TemporaryDirectory()
    #expect(throws: Backup.Failure.open(.missing(path: empty.path))) {
      try Backup.run(empty.path, to: "\(empty.path)/copy")
    }
  }

  @Test func `damage is named and not copied`() throws {
    let log = try directory.open(.small)
    _ = try fill(log, 9)
    log.close()
    let path = directory.layout.segment(try directory.bases[1])
    try RepairTests.change(path) { $0[$0.count / 2] ^= 1 }
    let failure = #expect(throws: Backup.Failure.self) {
      try Backup.run(directory.path, to: target.path)
    }
    guard case .damaged(let damage)? = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(damage.file == Layout.fileName(path) && damage.offset == 16)
    #expect(throws: OpenError.self) { try target.open() }
  }

  @Test func `a copy that was cut short does not open`() throws {
    let log = try directory.open(.small)
    _ = try fill(log, 5)
    log.close()
    var failing = 0
    var wasCut = true
    while wasCut {
      wasCut = false
      let target = TemporaryDirectory(inMemory: true)
      let storage = FaultyStorage()
      let counter = Counter()
      let at = failing
      storage.inject { operation, path in
        guard path.hasPrefix(target.path), [.open, .write, .sync, .rename].contains(operation)
        else { return nil }
        return counter.next() >= at ? ENOSPC : nil
      }
      do { _ = try Backup.run(directory.path, to: target.path, storage: storage) } catch {
        wasCut = true
      }
      failing += 1
      guard wasCut, let opened = try? target.open(.small) else { continue }
      // All of it, though the last sync was refused; or nothing yet, as in a new directory.
      #expect(opened.state.next == 20 || opened.opening.created)
    }
    #expect(failing > 8)
  }
}
