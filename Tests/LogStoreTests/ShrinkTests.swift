import Glibc
import Synchronization
import Testing

@testable import LogStore

/// Sealed segments are rewritten with the same records in fewer bytes.
@Suite struct ShrinkTests {
  private let directory = TemporaryDirectory()
  private let options = LogOptions(segmentBytes: 20_000)
  private var shrinking: LogOptions {
    var options = options
    options.rewritesSealed = true
    return options
  }

  /// Appends small batches in many rooms until there are so many segments.
  @discardableResult
  private func fill(_ log: Log, segments: Int, seed: UInt64 = 3) throws -> [Record] {
    var generator = Seeded(seed)
    var records: [Record] = []
    while try directory.logFiles.count < segments {
      let batch = (0..<Int.random(in: 1...9, using: &generator)).map { _ in
        Record.typed(&generator)
      }
      try log.append(batch)
      records += batch
    }
    return records
  }

  private var meta: Meta {
    get throws { try Meta.parse(bytes(of: directory.layout.meta)) }
  }

  /// What must hold of the files once nothing is under way.
  private func checkFiles() throws {
    let names = try POSIXStorage().names(in: directory.layout.segments)
    #expect(!names.contains { $0.hasSuffix(".rewritten") || $0.hasSuffix(".new") })
    for entry in try meta.segments {
      let file = try bytes(of: directory.layout.segment(entry.base))
      #expect(Int64(file.count) == entry.bytes)
      #expect(file.withUnsafeBytes { crc32c($0) } == entry.checksum)
      #expect(entry.rewritten == nil)
    }
  }

  @Test func `rewritten segments are smaller and hold the same records and times`() throws {
    let time = FakeTime()
    let log = try directory.open(options, time: time)
    var generator = Seeded(8)
    while try directory.logFiles.count < 5 {
      time.pass(milliseconds: .random(in: 0...40, using: &generator))
      try log.append((0..<4).map { _ in Record.random(&generator) })
    }
    let before = try log.timed()
    let sizes = try meta.segments.map(\.bytes)
    log.steppedUpkeep(shrinking).run()
    #expect(try log.timed() == before)
    let entries = try meta.segments
    #expect(entries.count == 4 && entries.allSatisfy(\.isShrunk))
    #expect(zip(entries, sizes).allSatisfy { $0.bytes < $1 })
    try checkFiles()
    log.close()
    try checkIndexes()
    let again = try directory.open(options, time: time)
    #expect(try again.timed() == before)
    // What is done is not done again.
    #expect(!again.steppedUpkeep(shrinking).step())
    #expect(try LogReader.open(directory.path).all() == again.all())
  }

  /// Index files say what a pass over the file finds.
  private func checkIndexes() throws {
    for file in try LogAudit.open(directory.path).files where file.isSealed {
      var walk = try SegmentWalk(path: file.path)
      var audit = try IndexAudit(file)
      while case .batch(let batch) = try walk.next() {
        audit.pass(batch)
        var raw = 0
        try walk.records {
          raw += $0.value.count; return .advance
        }
        #expect(raw <= 64 << 10)
        #expect(batch.count <= RecordBatch.recordsMax)
      }
      audit.finish()
      #expect(audit.damage == nil)
      #expect(walk.expected == file.next && walk.checksum == file.checksum)
    }
  }

  @Test func `a segment that would not get smaller stays as it is`() throws {
    let log = try directory.open(LogOptions(segmentBytes: 300_000))
    var generator = Seeded(4)
    while try directory.logFiles.count < 2 {
      let noise = (0..<60_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
      try log.append([Record(key: nil, value: noise)])
    }
    let before = try bytes(of: directory.layout.segment(0))
    log.steppedUpkeep(shrinking).run()
    #expect(try bytes(of: directory.layout.segment(0)) == before)
    #expect(try meta.segments[0].isShrunk)
    try checkFiles()
  }

  @Test func `a damaged segment is left for its readers to report`() throws {
    let log = try directory.open(options)
    try fill(log, segments: 3)
    log.close()
    let path = directory.layout.segment(0)
    var hurt = try bytes(of: path)
    hurt[hurt.count / 2] ^= 4
    try write(hurt, to: path)
    let again = try directory.open(options)
    again.steppedUpkeep(shrinking).run()
    #expect(try bytes(of: path) == hurt)
    let entries = try meta.segments
    #expect(entries.map(\.isShrunk) == [false, true])
    #expect(throws: ReadError.self) { try again.all() }
    try checkFilesExceptFirst()
  }

  private func checkFilesExceptFirst() throws {
    let names = try POSIXStorage().names(in: directory.layout.segments)
    #expect(!names.contains { $0.hasSuffix(".rewritten") })
  }

  @Test func `readers in the old file go on in it while it is replaced`() throws {
    let log = try directory.open(LogOptions(segmentBytes: 20_000, recentBytes: 0))
    let records = try fill(log, segments: 4)
    let upkeep = log.steppedUpkeep(shrinking)
    var tail = log.tail(from: 0)
    var offsets: [Int64] = []
    var scanned: [Seen] = []
    // One record of the tail for a step of upkeep, and all of it inside one scan.
    try log.scan(from: 0, to: nil) { view in
      scanned.append(Seen(offset: view.offset, record: view.record))
      _ = upkeep.step()
      _ = try? tail.poll(limit: 1) { offsets.append($0.offset) }
      return .advance
    }
    #expect(scanned == seen(records))
    #expect(offsets == (0..<Int64(records.count)).map { $0 })
    #expect(try meta.segments.allSatisfy(\.isShrunk))
    try checkFiles()
  }

  @Test func `a reader opened before the exchange reads on in what it holds`() throws {
    let log = try directory.open(options)
    let records = try fill(log, segments: 4)
    log.nudge()
    let reader = try LogReader.open(directory.path)
    log.steppedUpkeep(shrinking).run()
    let end = reader.state.next
    #expect(try reader.all() == Array(seen(records).prefix(Int(end))))
    for offset in stride(from: Int64(0), to: end, by: 13) {
      #expect(try reader.all(from: offset).first?.offset == offset)
    }
    #expect(try LogReader.open(directory.path).all().prefix(Int(end)) == reader.all()[...])
  }
}

extension Record {
  /// A keystroke as the server records it, in one of a few rooms.
  static func typed(_ generator: inout Seeded) -> Record {
    let room = Int.random(in: 0..<5, using: &generator)
    let at = Int.random(in: 0..<900, using: &generator)
    let letter = UInt8.random(in: 97...122, using: &generator)
    return Record(
      "{\"type\":\"draft.edited\",\"by\":\"p\(room)\",\"seq\":\(at),\"at\":\(at),\"del\":0,"
        + "\"ins\":\"\(Character(UnicodeScalar(letter)))\",\"kind\":\"type\"}",
      key: "room-\(room)")
  }
}

/// A record with its time.
struct Timed: Equatable {
  let offset: Int64
  let timestamp: Int64
  let record: Record
}

extension Log {
  func timed() throws -> [Timed] {
    var found: [Timed] = []
    try scan(from: state.start, to: nil) { view in
      found.append(
        Timed(offset: view.offset, timestamp: view.timestamp, record: view.record))
      return .advance
    }
    return found
  }
}
