/// Goes through one segment file, wherever it lies, and trusts nothing but its bytes.
///
/// Unlike a reader it meets bad batches as a finding, not as an end: `resume` goes on behind them.
package struct SegmentWalk {
  package enum Step {
    /// A good batch; `records` hands out what is in it until the walk goes on.
    case batch(BatchSummary)
    case damaged(SegmentDamage)
    /// Nothing more but so many zeros, written ahead.
    case end(zeros: Int64)
  }

  package let name: String
  /// Bytes before the next batch.
  package private(set) var position: Int64 = 0
  /// The next batch's base offset; `nil` before the first of a file whose name does not say.
  package private(set) var expected: Int64?
  /// CRC-32C of all bytes before `position`, as long as none was passed over.
  package private(set) var checksum: UInt32 = 0
  /// Bytes of the file that are looked at.
  package let size: Int64

  private let file: any StoredFile
  private let scratch = ReadScratch()
  private var current: BatchSlice?

  /// Opens a file whose first batch has the base offset in its name, if that is one of a segment.
  ///
  /// - Parameter limit: bytes to look at, if not all.
  package init(path: String, limit: Int64? = nil) throws(StorageError) {
    file = try POSIXStorage().open(path, .read)
    name = Layout.fileName(path)
    expected = Layout.base(ofFile: name)
    size = min(limit ?? .max, try file.size())
    scratch.begin(file, limit: size)
  }

  package mutating func next() throws(StorageError) -> Step {
    current = nil
    guard position < size else { return .end(zeros: 0) }
    guard let start = try scratch.bytes(at: position, count: RecordBatch.headerBytes) else {
      return try isZeros() ? .end(zeros: size - position) : damage(.cutShort)
    }
    guard let address = start.baseAddress else { return damage(.cutShort) }
    let header = BatchHeader(address)
    do { try header.checkFrame() } catch {
      return try isZeros() ? .end(zeros: size - position) : damage(error)
    }
    guard let bytes = try scratch.bytes(at: position, count: header.totalBytes) else {
      return damage(.cutShort)
    }
    do { try header.check(bytes, expected: expected ?? header.base) } catch {
      return damage(error)
    }
    checksum = crc32c(bytes, after: checksum)
    let slice = BatchSlice(header: header, position: position, bytes: bytes)
    current = slice
    position += Int64(header.totalBytes)
    expected = header.next
    return .batch(BatchSummary(header, at: slice.position))
  }

  /// Hands out the records of the batch that `next` returned, each checked as it comes.
  package func records(_ body: (RecordView) -> ScanStep) throws(SegmentDamage) {
    guard let current else { return }
    let header = current.header
    do {
      var cursor = RecordCursor(
        try scratch.records(current.bytes, header), base: header.base, count: Int(header.count),
        baseTimestamp: header.baseTimestamp)
      while let view = try cursor.next() {
        if case .stop = body(view) { return }
      }
    } catch {
      throw SegmentDamage(
        file: name, position: current.position, offset: header.base, what: error.description)
    }
  }

  /// Goes on at the next good batch behind a bad one; `false` if there is none.
  package mutating func resume() throws(StorageError) -> Bool {
    let step = Int64(Self.blockBytes - RecordBatch.headerBytes + 1)
    var start = position + 1
    while start < size {
      let block = try scratch.available(at: start, atMost: Self.blockBytes)
      let candidates = block.count - RecordBatch.headerBytes + 1
      guard candidates > 0 else { return false }
      // Validity is looked at through the same window, so the candidates are gathered first.
      let plausible = (0..<candidates).filter { isPlausible(block, $0) }
      for index in plausible where try isBatch(at: start + Int64(index)) {
        position = start + Int64(index)
        expected = nil
        return true
      }
      start += step
    }
    return false
  }

  private static let blockBytes = 256 << 10

  private func isPlausible(_ block: UnsafeRawBufferPointer, _ index: Int) -> Bool {
    guard block[index + 16] == RecordBatch.magic, let start = block.baseAddress else {
      return false
    }
    let header = BatchHeader(start + index)
    return header.leaderEpoch == 0 && header.base >= expected ?? 0
      && (try? header.checkFrame()) != nil
  }

  private func isBatch(at position: Int64) throws(StorageError) -> Bool {
    guard let start = try scratch.bytes(at: position, count: RecordBatch.headerBytes)?.baseAddress
    else { return false }
    let header = BatchHeader(start)
    guard let batch = try scratch.bytes(at: position, count: header.totalBytes) else {
      return false
    }
    return (try? header.checkContent(batch)) != nil
  }

  private func isZeros() throws(StorageError) -> Bool {
    var start = position
    while start < size {
      let block = try scratch.available(at: start, atMost: Self.blockBytes)
      guard !block.isEmpty else { return true }
      guard block.allSatisfy({ $0 == 0 }) else { return false }
      start += Int64(block.count)
    }
    return true
  }

  private func damage(_ fault: BatchFault) -> Step {
    .damaged(
      SegmentDamage(
        file: name, position: position, offset: expected ?? 0, what: fault.description))
  }
}
