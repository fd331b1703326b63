/// What the segments will be made of.
struct RepairPlan {
  enum Piece {
    /// Batches as they are.
    case stretch(heap: Int, Stretch)
    /// One batch whose unchecked header fields are set right.
    case mended(bytes: [UInt8], offsets: Range<Int64>, timestamp: Int64, checksum: UInt32)
    /// Placeholders, all of one time.
    case filler(offsets: Range<Int64>, timestamp: Int64)

    var offsets: Range<Int64> {
      switch self {
      case .stretch(_, let stretch): stretch.offsets
      case .mended(_, let offsets, _, _), .filler(let offsets, _): offsets
      }
    }
  }

  struct Segment {
    var pieces: [Piece]
    /// The heap that is this segment already, byte for byte.
    var untouched: Int?

    var base: Int64 { pieces[0].offsets.lowerBound }
    var next: Int64 { pieces[pieces.count - 1].offsets.upperBound }
  }

  private(set) var segments: [Segment] = []
  private(set) var fillers: [Range<Int64>] = []
  private(set) var mended: [Range<Int64>] = []

  /// - Parameter syncsLast: the last segment is written again, whatever it is like.
  init(_ chain: [StretchChain.Link], _ heaps: [BatchHeap], syncsLast: Bool)
    throws(StorageError)
  {
    var last: StretchChain.Link?
    for link in chain {
      let offsets = link.stretch.offsets
      let isSameFile = last?.heap == link.heap
      var before: [Piece] = []
      if let last, last.stretch.offsets.upperBound < offsets.lowerBound {
        before = [try bridge(last, link, heaps)]
      }
      let piece = Piece.stretch(heap: link.heap, link.stretch)
      if isSameFile {
        segments[segments.count - 1].pieces += before + [piece]
      } else {
        if !before.isEmpty { segments.append(Segment(pieces: before)) }
        segments.append(Segment(pieces: [piece]))
      }
      last = link
    }
    for index in segments.indices {
      guard segments[index].pieces.count == 1,
        case .stretch(let heap, let stretch) = segments[index].pieces[0]
      else { continue }
      let isLast = index == segments.count - 1
      let found = heaps[heap]
      guard found.isWhole, found.name == Layout.name(stretch.offsets.lowerBound) + ".log",
        found.end == found.size, !(isLast && syncsLast)
      else { continue }
      segments[index].untouched = heap
    }
  }

  private mutating func bridge(
    _ last: StretchChain.Link, _ link: StretchChain.Link, _ heaps: [BatchHeap]
  ) throws(StorageError) -> Piece {
    let hole = last.stretch.offsets.upperBound..<link.stretch.offsets.lowerBound
    if last.heap == link.heap,
      let mended = try Self.mend(
        heaps[link.heap].file,
        last.stretch.positions.upperBound..<link.stretch.positions.lowerBound, hole)
    {
      self.mended.append(hole)
      return mended
    }
    fillers.append(hole)
    return .filler(offsets: hole, timestamp: last.stretch.lastTimestamp)
  }

  /// The checksum covers neither base offset, length, leader epoch nor magic; when what is left of
  /// a batch is right for its place once these are, they alone were wrong.
  private static func mend(
    _ file: any StoredFile, _ positions: Range<Int64>, _ offsets: Range<Int64>
  ) throws(StorageError) -> Piece? {
    let count = positions.count
    guard count > RecordBatch.headerBytes, count <= RecordBatch.totalBytesMax else { return nil }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    defer { memory.deallocate() }
    guard let start = memory.baseAddress,
      try file.read(into: memory, at: positions.lowerBound) == count
    else { return nil }
    var header = ByteWriter(start)
    header.bigEndian(offsets.lowerBound)
    header.bigEndian(Int32(count - RecordBatch.prefixBytes))
    header.bigEndian(Int32(0))
    header.byte(RecordBatch.magic)
    let batch = BatchHeader(start)
    guard (try? batch.check(UnsafeRawBufferPointer(memory), expected: offsets.lowerBound)) != nil,
      batch.next == offsets.upperBound
    else { return nil }
    return .mended(
      bytes: [UInt8](memory), offsets: offsets, timestamp: batch.maxTimestamp,
      checksum: batch.checksum)
  }
}
