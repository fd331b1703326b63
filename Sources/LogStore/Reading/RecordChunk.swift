/// Some batches in a row, copied out of a log, for one thread to decode.
package final class RecordChunk {
  /// Bytes after which a chunk is full: enough that handing it over costs next to nothing.
  static let bytesWanted = 64 << 10
  /// Records after which it is: what they become in memory is bounded with them.
  static let recordsWanted = RecordBatch.recordsMax

  private struct Part {
    let header: BatchHeader
    let position: Int64
    let start: Int
  }

  private let memory: UnsafeMutableRawBufferPointer
  private var used = 0
  private var parts: [Part] = []
  private var span: SegmentSpan?
  private(set) var records = 0
  /// Offsets to hand out: a chunk may begin and end inside a batch.
  private var offsets: Range<Int64> = 0..<0

  init() {
    memory = .allocate(byteCount: Self.bytesWanted + RecordBatch.totalBytesMax, alignment: 64)
  }

  deinit { memory.deallocate() }

  var isEmpty: Bool { parts.isEmpty }
  var isFull: Bool { used >= Self.bytesWanted || records >= Self.recordsWanted }

  /// Begins anew, with batches of this span.
  func begin(_ span: SegmentSpan, offsets: Range<Int64>) {
    self.span = span
    self.offsets = offsets
    used = 0
    records = 0
    parts.removeAll(keepingCapacity: true)
  }

  /// Takes a copy of a checked batch; there is room unless the chunk is full.
  func take(_ batch: BatchSlice) {
    UnsafeMutableRawBufferPointer(rebasing: memory[used...]).copyMemory(from: batch.bytes)
    parts.append(Part(header: batch.header, position: batch.position, start: used))
    used += batch.bytes.count
    records += Int(batch.header.count)
  }

  /// Hands out the records in order, each checked as it comes.
  func scan(with scratch: ReadScratch, _ body: (RecordView) -> Void) throws(ReadError) {
    guard let span else { return }
    for part in parts {
      let bytes = UnsafeRawBufferPointer(
        rebasing: memory[part.start..<part.start + part.header.totalBytes])
      let header = part.header
      do {
        var cursor = RecordCursor(
          try scratch.records(bytes, header), base: header.base, count: Int(header.count),
          baseTimestamp: header.baseTimestamp)
        try cursor.skip(to: offsets.lowerBound)
        while let view = try cursor.next(), view.offset < offsets.upperBound { body(view) }
      } catch {
        throw span.fault(error, at: part.position, offset: header.base)
      }
    }
  }
}

/// Reads a snapshot's batches in order, chunk after chunk.
struct ChunkSource {
  private let snapshot: Snapshot
  private let access: IndexAccess
  private let scratch = ReadScratch()
  private var walk: BatchWalk?
  /// The first offset not read yet.
  private var offset: Int64
  private let end: Int64

  init(_ snapshot: Snapshot, _ access: IndexAccess, from offset: Int64, to end: Int64) {
    self.snapshot = snapshot
    self.access = access
    self.offset = offset
    self.end = end
  }

  var isAtEnd: Bool { offset >= end }

  /// Fills a chunk with what comes next, from one segment only.
  mutating func fill(_ chunk: RecordChunk) throws(ReadError) {
    let span = try snapshot.requiredSpan(containing: offset)
    var walk: BatchWalk
    if let here = self.walk, here.span.segment === span.segment {
      walk = here
    } else {
      walk = try BatchWalk(span, scratch, offset: offset, index: access)
    }
    chunk.begin(span, offsets: offset..<min(end, span.next))
    while !chunk.isFull, offset < end, let batch = try walk.next() {
      chunk.take(batch)
      offset = batch.header.next
    }
    guard chunk.isFull || offset >= min(end, span.next) else {
      throw span.fault(.cutShort, at: walk.position, offset: offset)
    }
    self.walk = walk
  }
}
