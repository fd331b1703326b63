/// A pass over all batches of one segment file by header and checksum, judging nothing.
struct SegmentScan {
  /// The end of the good batches, in bytes, and the offset that comes next.
  private(set) var position: Int64 = 0
  private(set) var next: Int64
  /// CRC-32C of all bytes before `position`.
  private(set) var fileChecksum: UInt32 = 0
  /// The stored checksum of the last good batch; 0 if there is none.
  private(set) var lastChecksum: UInt32 = 0
  private(set) var firstTimestamp: Int64?
  private(set) var lastTimestamp: Int64 = 0
  private(set) var builder: IndexBuilder
  private(set) var entries = SegmentIndex.Entries()
  /// What ended the good batches; `nil` when only zeros follow, or nothing.
  private(set) var fault: BatchFault?
  /// Bytes of the file, zeros written ahead included.
  let size: Int64

  private let file: any StoredFile
  private let scratch: ReadScratch

  init(base: Int64, file: any StoredFile, limit: Int64 = .max, _ scratch: ReadScratch)
    throws(StorageError)
  {
    next = base
    builder = IndexBuilder(base: base)
    size = min(limit, try file.size())
    self.file = file
    self.scratch = scratch
    scratch.begin(file, limit: size)
  }

  /// Goes on to the end of the good batches, or to where `stop` (a position) lies.
  mutating func run(to stop: Int64 = .max) throws(StorageError) {
    while position < size, position < stop {
      if try endsInZeros() { return }
      do {
        try step()
      } catch {
        switch error {
        case .disk(let error): throw error
        case .batch(let found): fault = found
        }
        return
      }
    }
  }

  /// Goes on, batch by batch, to where the record `end` is next, or to what is no good batch.
  mutating func run(toOffset end: Int64) throws(StorageError) {
    while next < end, fault == nil {
      let before = position
      try run(to: before + 1)
      guard position > before else { return }
    }
  }

  /// Either of two errors in one typed throw.
  private enum StepError: Error {
    case disk(StorageError)
    case batch(BatchFault)
  }

  private mutating func step() throws(StepError) {
    let start = try bytes(RecordBatch.headerBytes)
    guard let address = start.baseAddress else { throw .batch(.cutShort) }
    let header = BatchHeader(address)
    do { try header.checkFrame() } catch { throw .batch(error) }
    let batch = try bytes(header.totalBytes)
    do { try header.check(batch, expected: next) } catch { throw .batch(error) }
    if let (offset, time) = builder.add(header, at: position) {
      entries.offsets.append(offset)
      if let time { entries.times.append(time) }
    }
    fileChecksum = crc32c(batch, after: fileChecksum)
    lastChecksum = header.checksum
    firstTimestamp = firstTimestamp ?? header.baseTimestamp
    lastTimestamp = max(lastTimestamp, header.maxTimestamp)
    position += Int64(batch.count)
    next = header.next
  }

  private func bytes(_ count: Int) throws(StepError) -> UnsafeRawBufferPointer {
    do {
      guard let bytes = try scratch.bytes(at: position, count: count) else {
        throw StepError.batch(.cutShort)
      }
      return bytes
    } catch let error as StorageError {
      throw .disk(error)
    } catch {
      throw .batch(.cutShort)
    }
  }

  /// A zero length ends the data only if every byte to the end of the file is zero.
  private func endsInZeros() throws(StorageError) -> Bool {
    let prefix = try scratch.available(at: position, atMost: RecordBatch.prefixBytes)
    guard prefix.allSatisfy({ $0 == 0 }) else { return false }
    return try lastNonZero(from: position) == nil
  }

  /// The position of the last byte at or behind `start` that is not zero; `nil` if there is none.
  func lastNonZero(from start: Int64) throws(StorageError) -> Int64? {
    var last: Int64?
    var position = start
    while position < size {
      let block = try scratch.available(at: position, atMost: Self.blockBytes)
      guard !block.isEmpty else { break }
      if let index = block.lastIndex(where: { $0 != 0 }) { last = position + Int64(index) }
      position += Int64(block.count)
    }
    return last
  }

  private static let blockBytes = 256 << 10

  /// The first position behind the fault, or at it, where a valid batch stands whose base offset is
  /// at least the one expected; every position to the last byte that is not zero is tried.
  ///
  /// With `near`, only one that the bytes between could lead to.
  func validBatch(near: Bool = false) throws(StorageError) -> Int64? {
    let start = self.position
    guard let last = try lastNonZero(from: start) else { return nil }
    var position = start
    while position <= last {
      let block = try scratch.available(at: position, atMost: Self.blockBytes)
      guard block.count >= RecordBatch.headerBytes else { return nil }
      let candidates = block.count - RecordBatch.headerBytes + 1
      var found: Int?
      for index in 0..<candidates where block[index + 16] == RecordBatch.magic {
        if plausible(block, index, passed: near ? position + Int64(index) - start : nil) {
          found = index
          break
        }
      }
      guard let found else {
        position += Int64(candidates)
        continue
      }
      position += Int64(found)
      if try isValid(at: position) { return position }
      position += 1
    }
    return nil
  }

  private func plausible(_ block: UnsafeRawBufferPointer, _ index: Int, passed: Int64?) -> Bool {
    guard let start = block.baseAddress else { return false }
    let header = BatchHeader(start + index)
    guard header.base >= next, header.leaderEpoch == 0, (try? header.checkFrame()) != nil else {
      return false
    }
    guard let passed else { return true }
    let batches = passed / Int64(RecordBatch.headerBytes)
    return header.base - next <= batches * Int64(RecordBatch.recordsMax)
  }

  private func isValid(at position: Int64) throws(StorageError) -> Bool {
    guard let start = try scratch.bytes(at: position, count: RecordBatch.headerBytes)?.baseAddress
    else { return false }
    let header = BatchHeader(start)
    guard let batch = try scratch.bytes(at: position, count: header.totalBytes) else {
      return false
    }
    return (try? header.checkContent(batch)) != nil
  }

  /// Goes on behind a fault, at a valid batch that `validBatch` found.
  mutating func resume(at position: Int64) throws(StorageError) {
    guard let start = try scratch.bytes(at: position, count: RecordBatch.headerBytes)?.baseAddress
    else { return }
    next = BatchHeader(start).base
    self.position = position
    fault = nil
  }
}
