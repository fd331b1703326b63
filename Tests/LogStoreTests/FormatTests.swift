import Testing

@testable import LogStore

/// The bytes, held against Kafka's format as written down.
@Suite struct FormatTests {
  @Test(arguments: [
    ("", 0x0000_0000), ("a", 0xC1D0_4330), ("123456789", 0xE306_9283),
    ("The quick brown fox jumps over the lazy dog", 0x2262_0404),
  ])
  func `CRC-32C has its published values`(text: String, expected: Int) {
    let bytes = [UInt8](text.utf8)
    #expect(bytes.withUnsafeBytes { crc32c($0) } == UInt32(expected))
    #expect(bytes.withUnsafeBytes { crc32cByTable($0) } == UInt32(expected))
  }

  @Test func `CRC-32C of iSCSI's 32 bytes is as in RFC 3720`() {
    let rows: [([UInt8], UInt32)] = [
      ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
      ([UInt8](0..<32), 0x46DD_794E),
      ([UInt8]((0..<32).reversed()), 0x113F_DB5C),
    ]
    for (bytes, expected) in rows {
      #expect(bytes.withUnsafeBytes { crc32c($0) } == expected)
      #expect(
        bytes.withUnsafeBytes { crc32cByTable($0) } == expected)
    }
  }

  @Test func `CRC-32C in hardware, by table and in pieces agree on every length`() {
    var generator = Seeded(2)
    for count in 0..<300 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let cut = Int.random(in: 0...count, using: &generator)
      bytes.withUnsafeBytes { bytes in
        let whole = crc32c(bytes)
        let first = crc32c(UnsafeRawBufferPointer(rebasing: bytes[..<cut]))
        #expect(crc32c(UnsafeRawBufferPointer(rebasing: bytes[cut...]), after: first) == whole)
        #expect(crc32cByTable(bytes) == whole)
      }
    }
  }

  /// Worked out by hand from the layout; the checksum by a program that is not this one.
  @Test func `a batch of one record is these bytes`() {
    let encoder = BatchEncoder()
    encoder.add(
      Record(
        key: [UInt8]("lobby".utf8), value: [UInt8]("hi".utf8),
        headers: [.init(name: [UInt8]("t".utf8), value: [UInt8]("7".utf8))]))
    let batch = [UInt8](encoder.seal(base: 5, timestamp: 0x0102_0304_0506))
    let header: [UInt8] = [
      0, 0, 0, 0, 0, 0, 0, 5,  // base offset
      0, 0, 0, 67,  // length: 49 of the header, 18 of the record
      0, 0, 0, 0, 2,  // leader epoch, magic
      0xC9, 0x9E, 0x5A, 0x94,  // checksum
      0, 0, 0, 0, 0, 0,  // attributes, last offset delta
      0, 0, 1, 2, 3, 4, 5, 6, 0, 0, 1, 2, 3, 4, 5, 6,  // base and largest timestamp
      0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
      0, 0, 0, 1,  // count
    ]
    let record: [UInt8] = [
      34, 0, 0, 0, 10, 0x6C, 0x6F, 0x62, 0x62, 0x79, 4, 0x68, 0x69, 2, 2, 0x74, 2, 0x37,
    ]
    #expect(batch == header + record)
  }

  @Test func `a compressed batch is one frame with the descriptor that Java clients read`() {
    let encoder = BatchEncoder()
    for _ in 0..<100 { encoder.add(Record("the same again")) }
    let batch = [UInt8](encoder.seal(base: 0, timestamp: 1))
    #expect(batch[21...22] == [0, 3])
    #expect(Array(batch[61..<67]) == [0x04, 0x22, 0x4D, 0x18, 0x60, 0x40])
    #expect(batch.suffix(4) == [0, 0, 0, 0])
    #expect(batch.count < encoder.records.count)
  }

  @Test func `two records, and records that do not shrink, are stored as they are`() {
    let encoder = BatchEncoder()
    for _ in 0..<2 { encoder.add(Record(String(repeating: "a", count: 1_000))) }
    #expect([UInt8](encoder.seal(base: 0, timestamp: 1))[22] == 0)
    encoder.clear()
    var generator = Seeded(3)
    for _ in 0..<3 {
      let noise = (0..<200).map { _ in UInt8.random(in: 0...255, using: &generator) }
      encoder.add(Record(key: nil, value: noise))
    }
    #expect([UInt8](encoder.seal(base: 0, timestamp: 1))[22] == 0)
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `random records come back from a batch as they went in`(seed: UInt64) throws {
    var generator = Seeded(seed)
    let records = (0..<Int.random(in: 1...300, using: &generator)).map { _ in
      Record.random(&generator)
    }
    let encoder = BatchEncoder()
    let bound = records.reduce(0) { $0 + $1.bytesBound }
    for record in records { encoder.add(record) }
    #expect(encoder.records.count <= bound)
    let bytes = [UInt8](encoder.seal(base: 1 << 40, timestamp: 99))
    #expect(try decode(bytes, expected: 1 << 40) == seen(records, from: 1 << 40))
  }

  @Test func `every flipped bit of a batch is found`() throws {
    for count in [1, 20] {
      let encoder = BatchEncoder()
      for index in 0..<count { encoder.add(Record("record number \(index)")) }
      var bytes = [UInt8](encoder.seal(base: 77, timestamp: 1_700_000_000_000))
      _ = try decode(bytes, expected: 77)
      for index in bytes.indices {
        for bit in 0..<8 {
          bytes[index] ^= 1 << UInt8(bit)
          #expect(throws: BatchFault.self) { try decode(bytes, expected: 77) }
          bytes[index] ^= 1 << UInt8(bit)
        }
      }
    }
  }

  @Test(arguments: [0, -1, 1, 63, -64, 64, 127, -129, 8_191, 8_192, Int(Int32.max), Int(Int32.min)])
  func `a varint reads as written, in as many bytes as foretold`(value: Int) {
    var memory = [UInt8](repeating: 0xEE, count: 10)
    memory.withUnsafeMutableBytes { buffer in
      guard let start = buffer.baseAddress else { return }
      var writer = ByteWriter(start)
      writer.varint(value)
      #expect(writer.position - start == ByteWriter.varintBytes(value))
      var cursor = ByteCursor(UnsafeRawBufferPointer(buffer))
      #expect(cursor.varint() == value)
    }
  }

  @Test func `a varint that never ends or is too long is refused`() {
    for bytes in [
      [], [0x80], [UInt8](repeating: 0x80, count: 9), [UInt8](repeating: 0xFF, count: 11),
    ] {
      bytes.withUnsafeBytes {
        var cursor = ByteCursor($0)
        #expect(cursor.varlong() == nil)
      }
    }
  }
}

/// Checks and decodes a batch as a reader does.
func decode(_ bytes: [UInt8], expected: Int64) throws -> [Seen] {
  try bytes.withUnsafeBytes { bytes in
    guard bytes.count >= RecordBatch.headerBytes, let start = bytes.baseAddress else {
      throw BatchFault.cutShort
    }
    let header = BatchHeader(start)
    try header.checkFrame()
    guard header.totalBytes == bytes.count else { throw BatchFault.length(Int64(header.length)) }
    try header.check(bytes, expected: expected)
    let scratch = ReadScratch()
    var cursor = RecordCursor(
      try scratch.records(bytes, header), base: header.base, count: Int(header.count),
      baseTimestamp: header.baseTimestamp)
    var seen: [Seen] = []
    // The cursor points into the scratch.
    try withExtendedLifetime(scratch) {
      while let view = try cursor.next() {
        seen.append(Seen(offset: view.offset, record: view.record))
      }
    }
    return seen
  }
}
