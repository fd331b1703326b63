/// Gathers records into one batch, in memory that is allocated once.
///
/// A record, lengths as zigzag varints:
///
///     length of what follows · attributes (1 byte, 0) · time - base time · offset - base offset
///     · key length (-1: null) · key · value length · value
///     · header count · each: name length · name · value length · value
final class BatchEncoder {
  private let compressor: FrameCompressor
  /// A header's room, then the records as they are.
  private let raw: UnsafeMutableRawBufferPointer
  /// A header's room, then the frame.
  private let packed: UnsafeMutableRawBufferPointer
  private var writer: ByteWriter
  private(set) var count = 0
  /// Of the first record, where records keep times of their own.
  private var baseTimestamp: Int64 = 0
  private var maxTimestamp: Int64 = 0

  init(_ effort: FrameCompressor.Effort = .fast) {
    compressor = FrameCompressor(effort)
    raw = .allocate(byteCount: RecordBatch.totalBytesMax, alignment: 64)
    packed = .allocate(
      byteCount: RecordBatch.headerBytes + compressor.bound(RecordBatch.rawBytesMax), alignment: 64)
    writer = ByteWriter(raw.baseAddress.unsafelyUnwrapped + RecordBatch.headerBytes)
  }

  deinit {
    raw.deallocate()
    packed.deallocate()
  }

  /// The records gathered so far, as they are.
  var records: UnsafeRawBufferPointer {
    let start = raw.baseAddress.unsafelyUnwrapped + RecordBatch.headerBytes
    return UnsafeRawBufferPointer(start: start, count: writer.position - start)
  }

  func clear() {
    count = 0
    writer = ByteWriter(raw.baseAddress.unsafelyUnwrapped + RecordBatch.headerBytes)
  }

  /// Whether so many records of so many bytes (an upper bound) still fit.
  func fits(count more: Int, bytes: Int) -> Bool {
    count + more <= RecordBatch.recordsMax && records.count + bytes <= RecordBatch.rawBytesMax
  }

  /// Adds a record that `fits`; all records of a batch have its base time.
  @inline(__always)
  func add(_ record: borrowing Record) {
    let key = record.key
    let value = record.value
    var length = 2 + ByteWriter.varintBytes(count)
    length += key.map { ByteWriter.varintBytes($0.count) + $0.count } ?? 1
    length += ByteWriter.varintBytes(value.count) + value.count
    length += ByteWriter.varintBytes(record.headers.count)
    for header in record.headers {
      length += ByteWriter.varintBytes(header.name.count) + header.name.count
      length += ByteWriter.varintBytes(header.value.count) + header.value.count
    }
    var writer = writer
    writer.varint(length)
    writer.byte(0)
    writer.byte(0)
    writer.varint(count)
    if let key { writer.sizedBytes(key) } else { writer.varint(-1) }
    writer.sizedBytes(value)
    writer.varint(record.headers.count)
    for header in record.headers {
      writer.sizedBytes(header.name)
      writer.sizedBytes(header.value)
    }
    self.writer = writer
    count += 1
  }

  /// Adds a record of another batch as it is, with its own time; it `fits`.
  func add(_ record: StoredRecord) {
    if count == 0 {
      baseTimestamp = record.timestamp
      maxTimestamp = record.timestamp
    }
    maxTimestamp = max(maxTimestamp, record.timestamp)
    // Wraps as it does when it is read: a damaged file may hold any two times.
    let time = Int(record.timestamp &- baseTimestamp)
    let length =
      1 + ByteWriter.varintBytes(time) + ByteWriter.varintBytes(count) + record.content.count
    writer.varint(length)
    writer.byte(record.attributes)
    writer.varint(time)
    writer.varint(count)
    writer.bytes(record.content)
    count += 1
  }

  /// The finished batch of records that were added with their own times.
  func seal(base: Int64) -> UnsafeRawBufferPointer {
    seal(base: base, from: baseTimestamp, to: maxTimestamp)
  }

  /// The finished batch; valid until the next `clear` or `add`.
  func seal(base: Int64, timestamp: Int64) -> UnsafeRawBufferPointer {
    seal(base: base, from: timestamp, to: timestamp)
  }

  private func seal(base: Int64, from first: Int64, to last: Int64) -> UnsafeRawBufferPointer {
    precondition(count > 0, "a batch holds at least one record")
    let records = records
    if count >= RecordBatch.recordsWorthCompressing {
      let frame = UnsafeMutableRawBufferPointer(rebasing: packed[RecordBatch.headerBytes...])
      let bytes = compressor.compress(records, to: frame)
      if bytes < records.count {
        return finish(packed, payload: bytes, codec: .lz4, base: base, from: first, to: last)
      }
    }
    return finish(raw, payload: records.count, codec: .none, base: base, from: first, to: last)
  }

  private func finish(
    _ buffer: UnsafeMutableRawBufferPointer, payload: Int, codec: RecordBatch.Codec, base: Int64,
    from first: Int64, to last: Int64
  ) -> UnsafeRawBufferPointer {
    let total = RecordBatch.headerBytes + payload
    let batch = UnsafeRawBufferPointer(rebasing: buffer[..<total])
    let start = buffer.baseAddress.unsafelyUnwrapped
    var header = ByteWriter(start)
    header.bigEndian(base)
    header.bigEndian(Int32(total - RecordBatch.prefixBytes))
    header.bigEndian(Int32(0))
    header.byte(RecordBatch.magic)
    header.bigEndian(UInt32(0))
    header.bigEndian(codec.rawValue)
    header.bigEndian(Int32(count - 1))
    header.bigEndian(first)
    header.bigEndian(last)
    header.bigEndian(Int64(-1))
    header.bigEndian(Int16(-1))
    header.bigEndian(Int32(-1))
    header.bigEndian(Int32(count))
    let checksum = crc32c(UnsafeRawBufferPointer(rebasing: batch[RecordBatch.checkedFrom...]))
    var place = ByteWriter(start + 17)
    place.bigEndian(checksum)
    return batch
  }
}

extension Record {
  /// Bytes around a record's own: length, attributes, deltas, the lengths of key, value and
  /// headers.
  private static let framingBytesMax = 24
  private static let headerFramingBytesMax = 10

  /// An upper bound of the bytes this takes in a batch, before compression.
  @inline(__always)
  var bytesBound: Int {
    var bytes = Self.framingBytesMax + value.count + (key?.count ?? 0)
    for header in headers {
      bytes += Self.headerFramingBytesMax + header.name.count + header.value.count
    }
    return bytes
  }
}
