/// The first 61 bytes of a batch, read but not believed before `check` has passed.
struct BatchHeader {
  let base: Int64
  let length: Int32
  let leaderEpoch: Int32
  let magic: UInt8
  let checksum: UInt32
  let attributes: Int16
  let lastOffsetDelta: Int32
  let baseTimestamp: Int64
  let maxTimestamp: Int64
  let count: Int32

  /// From memory that holds at least `RecordBatch.headerBytes`.
  @inline(__always)
  init(_ start: UnsafeRawPointer) {
    base = Self.load(start, 0)
    length = Self.load(start, 8)
    leaderEpoch = Self.load(start, 12)
    magic = start.load(fromByteOffset: 16, as: UInt8.self)
    checksum = Self.load(start, 17)
    attributes = Self.load(start, 21)
    lastOffsetDelta = Self.load(start, 23)
    baseTimestamp = Self.load(start, 27)
    maxTimestamp = Self.load(start, 35)
    count = Self.load(start, 57)
  }

  @inline(__always)
  private static func load<Value: FixedWidthInteger>(_ start: UnsafeRawPointer, _ at: Int) -> Value
  {
    Value(bigEndian: start.loadUnaligned(fromByteOffset: at, as: Value.self))
  }

  /// Bytes from the batch's first to its last; meaningless before `checkFrame`.
  var totalBytes: Int { RecordBatch.prefixBytes + Int(length) }
  var next: Int64 { base + Int64(lastOffsetDelta) + 1 }
  var last: Int64 { base + Int64(lastOffsetDelta) }
  var codec: RecordBatch.Codec? { RecordBatch.Codec(rawValue: attributes) }

  /// Whether magic and length could be a batch's: what must hold before `totalBytes` is believed.
  func checkFrame() throws(BatchFault) {
    guard magic == RecordBatch.magic else { throw .magic(magic) }
    let lengths =
      RecordBatch.headerBytes - RecordBatch.prefixBytes + 1...RecordBatch.totalBytesMax
      - RecordBatch.prefixBytes
    guard lengths ~= Int(length) else { throw .length(Int64(length)) }
  }

  /// Whether the whole batch is what its checksum says and what must stand at offset `expected`.
  func check(_ batch: UnsafeRawBufferPointer, expected: Int64) throws(BatchFault) {
    try checkContent(batch)
    guard base == expected else { throw .baseOffset(expected: expected, found: base) }
  }

  /// The same wherever the batch may belong.
  func checkContent(_ batch: UnsafeRawBufferPointer) throws(BatchFault) {
    precondition(batch.count == totalBytes, "a batch is checked whole")
    let computed = crc32c(UnsafeRawBufferPointer(rebasing: batch[RecordBatch.checkedFrom...]))
    guard computed == checksum else { throw .checksum(stored: checksum, computed: computed) }
    guard leaderEpoch == 0 else { throw .leaderEpoch(leaderEpoch) }
    guard codec != nil else { throw .attributes(attributes) }
    guard 1...Int32(RecordBatch.recordsMax) ~= count, lastOffsetDelta == count - 1 else {
      throw .recordCount(Int64(count))
    }
    let times = 0...RecordBatch.timestampMax
    guard times ~= baseTimestamp else { throw .timestamp(baseTimestamp) }
    guard times ~= maxTimestamp else { throw .timestamp(maxTimestamp) }
    // An offset that the records would run past the end of the numbers.
    guard base >= 0, base <= Int64.max - Int64(RecordBatch.recordsMax) else {
      throw .baseOffset(expected: 0, found: base)
    }
  }
}
