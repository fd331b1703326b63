import Testing

@testable import LogStore

/// Files that no log writes, found by the fuzzer or in the spirit of it: good checksums, wrong
/// meaning.
@Suite struct HostileFileTests {
  private let directory = TemporaryDirectory()

  private func records(_ count: Int, bytes: Int) -> [Record] {
    var generator = Seeded(UInt64(count))
    return (0..<count).map { _ in
      Record(key: nil, value: (0..<bytes).map { _ in .random(in: 0...255, using: &generator) })
    }
  }

  @Test func `a sealed segment that runs into the next one's offsets is damage`() throws {
    let options = LogOptions(segmentBytes: 800)
    let log = try directory.open(options)
    try log.append(records(2, bytes: 300))
    try log.append(records(2, bytes: 100))
    log.close()
    // As many bytes in three records as there were in two: an opening sees nothing wrong.
    let encoder = BatchEncoder()
    for record in records(3, bytes: 197) { encoder.add(record) }
    let batch = [UInt8](encoder.seal(base: 0, timestamp: 1_700_000_000_000))
    #expect(try bytes(of: directory.layout.segment(0)).count == batch.count)
    try write(batch, to: directory.layout.segment(0))
    let again = try directory.open(options)
    let damage = ReadError.damaged(
      file: "00000000000000000000.log", position: 0, offset: 0,
      what: BatchFault.recordCount(3).description)
    #expect(throws: damage) { try again.all() }
    #expect(throws: damage) { try again.scan(from: 1, to: 2) { _ in .advance } }
    var tail = again.tail(from: 0)
    #expect(throws: damage) { try tail.poll(limit: 10) { _ in } }
    again.close()
  }

  @Test(arguments: [-1, Int64.min, Int64.max, 1 << 53])
  func `a batch of a time that no clock gives is damage`(time: Int64) throws {
    let log = try directory.open()
    try log.append(records(1, bytes: 10))
    log.close()
    let encoder = BatchEncoder()
    for record in records(1, bytes: 10) { encoder.add(record) }
    let batch = [UInt8](encoder.seal(base: 0, timestamp: time))
    try write(batch, to: directory.layout.segment(0))
    let again = try directory.open()
    guard case .damaged(let what) = again.state.health else {
      Issue.record("opened as \(again.state.health)")
      return
    }
    #expect(what.contains(BatchFault.timestamp(time).description))
  }

  @Test func `a record's time is kept however far from the first one's`() throws {
    let times: [Int64] = [.min, .max, -1, 0, 1 << 62, -(1 << 62), .max, .min]
    // Key null, value null, no headers.
    let content: [UInt8] = [1, 1, 0]
    let encoder = BatchEncoder()
    content.withUnsafeBytes { content in
      for (index, time) in times.enumerated() {
        encoder.add(
          StoredRecord(
            offset: Int64(index), timestamp: time, attributes: 0, key: nil, content: content))
      }
    }
    let batch = encoder.seal(base: 0)
    let header = BatchHeader(try #require(batch.baseAddress))
    let scratch = ReadScratch()
    var cursor = RecordCursor(
      try scratch.records(batch, header), base: 0, count: times.count,
      baseTimestamp: header.baseTimestamp)
    var read: [Int64] = []
    try withExtendedLifetime(scratch) {
      while let view = try cursor.next() { read.append(view.timestamp) }
    }
    #expect(read == times)
  }
}
