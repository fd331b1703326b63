/// Good batches that stand one behind the other in a file and go on where the one before ends.
struct Stretch: Equatable {
  let positions: Range<Int64>
  let offsets: Range<Int64>
  /// The stored checksum of its last batch.
  let lastChecksum: UInt32
  /// Of its first and its latest record, in ms since 1970.
  let firstTimestamp: Int64
  let lastTimestamp: Int64
}

/// A segment file as a heap of batches: its name is a hint, and so is all that is around it.
struct BatchHeap {
  let name: String
  let file: any StoredFile
  let size: Int64
  private(set) var stretches: [Stretch] = []
  /// Positions of bytes that are in no good batch; zeros written ahead are not among them.
  private(set) var bad: [Range<Int64>] = []
  private(set) var faults: [BatchFault] = []
  /// Where the zeros begin that were written ahead; the file's end if there are none.
  private(set) var end: Int64
  /// CRC-32C of all bytes, where the file is one stretch.
  private(set) var checksum: UInt32 = 0

  /// The base offset in its name.
  var named: Int64? { Layout.base(ofFile: name) }

  /// One stretch from the first byte to the last, zeros ahead aside.
  var isWhole: Bool { bad.isEmpty && stretches.count == 1 }

  init(_ name: String, _ file: any StoredFile, _ scratch: ReadScratch) throws(StorageError) {
    self.name = name
    self.file = file
    size = try file.size()
    end = size
    scratch.begin(file, limit: size)
    var gathered: Gathered?
    var position: Int64 = 0
    while position < size {
      if let (header, crc) = try Self.batch(at: position, scratch, after: checksum) {
        checksum = crc
        if gathered?.next != header.base {
          close(&gathered)
          gathered = Gathered(header, position)
        }
        gathered?.take(header, at: position)
        position += Int64(header.totalBytes)
        continue
      }
      close(&gathered)
      let found = try Self.nextBatch(from: position + 1, size, scratch)
      let last = try Self.lastNonZero(in: position..<(found ?? size), scratch)
      if found == nil { end = last.map { $0 + 1 } ?? position }
      if let upTo = found ?? last.map({ $0 + 1 }) {
        faults.append(try Self.fault(at: position, scratch))
        bad.append(position..<upTo)
      }
      position = found ?? size
    }
    close(&gathered)
  }

  private struct Gathered {
    let position: Int64
    let base: Int64
    let firstTimestamp: Int64
    var end: Int64
    var next: Int64
    var checksum: UInt32 = 0
    var lastTimestamp: Int64

    init(_ header: BatchHeader, _ position: Int64) {
      (self.position, end) = (position, position)
      (base, next) = (header.base, header.base)
      firstTimestamp = header.baseTimestamp
      lastTimestamp = header.maxTimestamp
    }

    mutating func take(_ header: BatchHeader, at position: Int64) {
      end = position + Int64(header.totalBytes)
      next = header.next
      checksum = header.checksum
      lastTimestamp = max(lastTimestamp, header.maxTimestamp)
    }
  }

  private mutating func close(_ gathered: inout Gathered?) {
    guard let found = gathered else { return }
    stretches.append(
      Stretch(
        positions: found.position..<found.end, offsets: found.base..<found.next,
        lastChecksum: found.checksum, firstTimestamp: found.firstTimestamp,
        lastTimestamp: found.lastTimestamp))
    gathered = nil
  }

  /// The good batch at a position, and the checksum of the file with it; `nil` if none is there.
  private static func batch(at position: Int64, _ scratch: ReadScratch, after crc: UInt32 = 0)
    throws(StorageError) -> (BatchHeader, UInt32)?
  {
    guard let start = try scratch.bytes(at: position, count: RecordBatch.headerBytes)?.baseAddress
    else { return nil }
    let header = BatchHeader(start)
    guard (try? header.checkFrame()) != nil,
      let bytes = try scratch.bytes(at: position, count: header.totalBytes),
      (try? header.checkContent(bytes)) != nil
    else { return nil }
    return (header, crc32c(bytes, after: crc))
  }

  private static func fault(at position: Int64, _ scratch: ReadScratch) throws(StorageError)
    -> BatchFault
  {
    guard let start = try scratch.bytes(at: position, count: RecordBatch.headerBytes)?.baseAddress
    else { return .cutShort }
    let header = BatchHeader(start)
    do { try header.checkFrame() } catch { return error }
    guard let bytes = try scratch.bytes(at: position, count: header.totalBytes) else {
      return .cutShort
    }
    do { try header.checkContent(bytes) } catch { return error }
    return .cutShort
  }

  private static let blockBytes = 256 << 10

  /// Every position is tried: what a damaged length says is not believed.
  private static func nextBatch(from start: Int64, _ size: Int64, _ scratch: ReadScratch)
    throws(StorageError) -> Int64?
  {
    var start = start
    while start < size {
      let block = try scratch.available(at: start, atMost: blockBytes)
      let candidates = block.count - RecordBatch.headerBytes + 1
      guard candidates > 0, let memory = block.baseAddress else { return nil }
      // Looked at through the same window, so they are gathered first.
      let plausible = (0..<candidates).filter { index in
        block[index + 16] == RecordBatch.magic
          && (try? BatchHeader(memory + index).checkFrame()) != nil
      }
      for index in plausible where try batch(at: start + Int64(index), scratch) != nil {
        return start + Int64(index)
      }
      start += Int64(candidates)
    }
    return nil
  }

  private static func lastNonZero(in range: Range<Int64>, _ scratch: ReadScratch)
    throws(StorageError) -> Int64?
  {
    var last: Int64?
    var position = range.lowerBound
    while position < range.upperBound {
      let wanted = Int(min(Int64(blockBytes), range.upperBound - position))
      let block = try scratch.available(at: position, atMost: wanted)
      guard !block.isEmpty else { break }
      if let index = block.lastIndex(where: { $0 != 0 }) { last = position + Int64(index) }
      position += Int64(block.count)
    }
    return last
  }
}
