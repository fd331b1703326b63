import Glibc
import Synchronization
import Testing

@testable import LogStore

/// The oldest segments are let go, whole, by size and by age.
@Suite struct RetentionTests {
  private let directory = TemporaryDirectory()
  private let time = FakeTime()
  private let options = LogOptions(segmentBytes: 4_000)

  private func open() throws -> Log { try directory.open(options, time: time) }

  @discardableResult
  private func fill(_ log: Log, segments: Int) throws -> [Record] {
    var generator = Seeded(17)
    var records: [Record] = []
    while try directory.logFiles.count < segments {
      time.pass(milliseconds: 1_000)
      let batch = (0..<5).map { _ in Record.typed(&generator) }
      try log.append(batch)
      records += batch
    }
    return records
  }

  private func bases() throws -> [Int64] {
    try directory.logFiles.compactMap(Layout.base(ofFile:))
  }

  @Test func `by size, the newest bytes stay and whole segments go`() throws {
    let log = try open()
    let records = try fill(log, segments: 6)
    let before = try bases()
    var retaining = options
    retaining.retainBytes = 9_000
    log.steppedUpkeep(retaining).run()
    let after = try bases()
    #expect(after.count < before.count && Array(before.suffix(after.count)) == after)
    let start = after[0]
    #expect(log.state.start == start)
    #expect(try log.all(from: start) == Array(seen(records)[Int(start)...]))
    // At least so many bytes are left, and without the first they would not be.
    let sizes = try after.map { try Int64(bytes(of: directory.layout.segment($0)).count) }
    #expect(sizes.reduce(0, +) >= 9_000)
    let expected = ReadError.outOfRange(requested: start - 1, start: start, next: log.state.next)
    #expect(throws: expected) { try log.all(from: start - 1) }
    #expect(throws: expected) { try log.keyed("room-1", from: start - 1) }
    var tail = log.tail(from: 0)
    #expect(throws: ReadError.outOfRange(requested: 0, start: start, next: log.state.next)) {
      try tail.poll(limit: 1) { _ in }
    }
    #expect(tail.offset == 0)
    #expect(try log.offset(forTime: 0) == start)
    log.close()
    let again = try open()
    #expect(again.state.start == start && again.state.health == .ok)
    #expect(try again.all(from: start) == Array(seen(records)[Int(start)...]))
    #expect(try again.append([Record("on")]).lowerBound == Int64(records.count))
    #expect(try LogReader.open(directory.path).state.start == start)
  }

  @Test func `by age, only segments whose last record is too old go`() throws {
    let log = try open()
    try fill(log, segments: 4)
    let before = try bases()
    var retaining = options
    retaining.retainAgeMilliseconds = 60_000
    let upkeep = log.steppedUpkeep(retaining)
    upkeep.run()
    #expect(try bases() == before)
    let last = try #require(try log.timed().last { $0.offset < before[2] })
    time.pass(milliseconds: last.timestamp + 60_000 - time.wallMilliseconds)
    upkeep.run()
    // The second one's last record is not older than this yet.
    #expect(try bases() == Array(before[1...]))
    time.pass(milliseconds: 1)
    upkeep.run()
    #expect(try bases() == Array(before[2...]))
    // The segment that is written stays, however old.
    time.pass(milliseconds: 1_000_000_000)
    upkeep.run()
    #expect(try bases() == [before[3]])
    #expect(try log.all(from: before[3]).count == Int(log.state.next - before[3]))
  }

  @Test func `nothing goes before whoever needs it has agreed`() throws {
    let log = try open()
    try fill(log, segments: 5)
    let before = try bases()
    let agreed = Mutex(false)
    let asked = Mutex<[Int64]>([])
    var retaining = options
    retaining.retainBytes = 1
    retaining.willRetain = { [log] start in
      // At this moment it is all still there.
      let isThere = (try? log.all().count) == Int(log.state.next)
      asked.withLock { $0.append(isThere ? start : -1) }
      return agreed.withLock { $0 }
    }
    let upkeep = log.steppedUpkeep(retaining)
    upkeep.run()
    #expect(try bases() == before)
    #expect(log.state.start == 0)
    agreed.withLock { $0 = true }
    upkeep.run()
    #expect(try bases() == [before[4]])
    #expect(asked.withLock { $0 } == [before[4], before[4]])
  }

  @Test func `a reader who holds the head reads it to its end`() throws {
    let log = try directory.open(LogOptions(segmentBytes: 4_000, recentBytes: 0), time: time)
    let records = try fill(log, segments: 5)
    var retaining = options
    retaining.retainBytes = 1
    let upkeep = log.steppedUpkeep(retaining)
    var found: [Seen] = []
    try log.scan(from: 0, to: nil) { view in
      if found.count == 3 { upkeep.run() }
      found.append(Seen(offset: view.offset, record: view.record))
      return .advance
    }
    #expect(found == seen(records))
    #expect(log.state.start > 0)
  }

  @Test func `a head that is missing without having been let go is damage`() throws {
    let log = try open()
    try fill(log, segments: 5)
    var retaining = options
    retaining.retainBytes = 9_000
    log.steppedUpkeep(retaining).run()
    log.close()
    try POSIXStorage().remove(directory.layout.segment(bases()[0]))
    guard case .damaged = try open().state.health else {
      Issue.record("a missing head went unseen")
      return
    }
  }

  @Test func `size, age and shrinking run on a thread of the log's own`() throws {
    var options = LogOptions(segmentBytes: 4_000)
    options.rewritesSealed = true
    options.retainBytes = 12_000
    let moved = Signal()
    options.willRetain = { _ in
      moved.raise()
      return true
    }
    let log = try directory.open(options, time: time)
    var records: [Record] = []
    var generator = Seeded(2)
    let observation = log.observe { moved.raise() }
    while log.state.start == 0 {
      let batch = (0..<20).map { _ in Record.typed(&generator) }
      try log.append(batch)
      records += batch
    }
    observation.cancel()
    log.close()
    let again = try directory.open(LogOptions(segmentBytes: 4_000), time: time)
    let start = again.state.start
    #expect(again.state.health == .ok)
    #expect(start > 0)
    #expect(try again.all(from: start) == Array(seen(records)[Int(start)...]))
  }
}

extension EventLog {
  /// The offsets of a key's records, in the order they came.
  func keyed(_ key: String, from offset: Int64, to end: Int64? = nil) throws -> [Int64] {
    var offsets: [Int64] = []
    try scan(from: offset, to: end, key: [UInt8](key.utf8), passing: .max) { view in
      offsets.append(view.offset)
      return .advance
    }
    return offsets
  }
}
