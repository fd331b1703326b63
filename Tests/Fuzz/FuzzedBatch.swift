/// The batch decoder and the walk over its records.
///
/// Holds: what is accepted has the offsets its header says, in order; the walk by whole records and
/// the one that skips see the same; written again, as a rewrite does, it has the same records.
enum FuzzedBatch {
  nonisolated(unsafe) private static let scratch = ReadScratch()
  nonisolated(unsafe) private static let encoder = BatchEncoder()

  static func run(_ input: [UInt8], mended: Bool) {
    var bytes = input
    if mended { mend(&bytes, at: 0) }
    // Exactly as long as the batch, so that the sanitizer sees a step too far.
    bytes.withUnsafeBytes { bytes in
      guard bytes.count >= RecordBatch.headerBytes, let start = bytes.baseAddress else { return }
      let header = BatchHeader(start)
      guard (try? header.checkFrame()) != nil, header.totalBytes <= bytes.count else { return }
      let batch = UnsafeRawBufferPointer(rebasing: bytes[..<header.totalBytes])
      guard (try? header.check(batch, expected: header.base)) != nil,
        let records = try? scratch.records(batch, header)
      else { return }
      walk(
        RecordCursor(
          records, base: header.base, count: Int(header.count),
          baseTimestamp: header.baseTimestamp))
    }
  }

  /// Makes length and checksum of the batch at a position right; returns where it ends.
  @discardableResult
  static func mend(_ bytes: inout [UInt8], at position: Int) -> Int? {
    guard bytes.count - position >= RecordBatch.headerBytes + 1 else { return nil }
    bytes[position + 16] = RecordBatch.magic
    let stated = Int(BatchHeaderLength.read(bytes, at: position))
    let left = bytes.count - position - RecordBatch.prefixBytes
    let least = RecordBatch.headerBytes - RecordBatch.prefixBytes + 1
    let length = min(left, RecordBatch.totalBytesMax - RecordBatch.prefixBytes)
    let kept = least...length ~= stated ? stated : length
    BatchHeaderLength.write(UInt32(kept), &bytes, at: position + 8)
    let end = position + RecordBatch.prefixBytes + kept
    let checksum = bytes.withUnsafeBytes {
      crc32c(UnsafeRawBufferPointer(rebasing: $0[position + RecordBatch.checkedFrom..<end]))
    }
    BatchHeaderLength.write(checksum, &bytes, at: position + 17)
    return end
  }

  private static func walk(_ cursor: RecordCursor) {
    var (all, stored, skipped) = (cursor, cursor, cursor)
    encoder.clear()
    var fits = true
    do {
      while let view = try all.next() {
        require(view.offset == cursor.base + Int64(all.index - 1), "offsets rise by one")
        require(view.record.value.count == view.value.count, "a copy is whole")
        _ = view.header("t")
        guard let record = try stored.nextStored() else { fatalError("both walks see a record") }
        require(record.offset == view.offset, "both walks see the same record")
        fits = fits && encoder.fits(count: 1, bytes: record.bytesBound)
        if fits { encoder.add(record) }
      }
      require(all.index == cursor.count, "a walk without an error sees every record")
      try skipped.skip(to: cursor.base + Int64(cursor.count - 1))
      require(try skipped.next() != nil, "a skip leads to the record")
    } catch { return }
    if fits { compare(cursor) }
  }

  private static func compare(_ cursor: RecordCursor) {
    let again = [UInt8](encoder.seal(base: cursor.base))
    again.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      let header = BatchHeader(start)
      let other = ReadScratch()
      var original = cursor
      do {
        do { try header.check(bytes, expected: cursor.base) } catch BatchFault.timestamp {
          // Only a record's own difference leads there; a rewrite gives such a segment up.
          return
        }
        var copied = RecordCursor(
          try other.records(bytes, header), base: header.base, count: Int(header.count),
          baseTimestamp: header.baseTimestamp)
        while let view = try original.next() {
          guard let copy = try copied.next() else { fatalError("a rewritten batch is shorter") }
          require(view.timestamp == copy.timestamp, "a rewritten record keeps its time")
          require(view.record == copy.record, "a rewritten record keeps its bytes")
        }
      } catch { fatalError("a rewritten batch is not good: \(error)") }
      withExtendedLifetime(other) {}
    }
  }
}

/// Four bytes of a header, big-endian.
enum BatchHeaderLength {
  static func read(_ bytes: [UInt8], at position: Int) -> UInt32 {
    bytes[position + 8..<position + 12].reduce(0) { $0 << 8 | UInt32($1) }
  }

  static func write(_ value: UInt32, _ bytes: inout [UInt8], at position: Int) {
    for index in 0..<4 {
      bytes[position + index] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * index))
    }
  }
}
