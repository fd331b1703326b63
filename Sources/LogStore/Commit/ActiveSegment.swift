/// The segment that is written: how far, and what sealing it will need to know.
struct ActiveSegment {
  let segment: Segment
  /// Bytes of batches; the next one goes here.
  var position: Int64
  /// Bytes of the file that are written, zeros ahead included; at least `position`.
  var preparedEnd: Int64
  /// CRC-32C of the bytes before `position`.
  var fileChecksum: UInt32
  /// The stored checksum of the last batch; 0 if there is none.
  var lastChecksum: UInt32
  var builder: IndexBuilder
  /// Of the first record, in ms since 1970.
  var firstTimestamp: Int64?

  /// A segment just made, without a batch.
  init(_ segment: Segment) {
    self.segment = segment
    position = 0
    preparedEnd = 0
    fileChecksum = 0
    lastChecksum = 0
    builder = IndexBuilder(base: segment.base)
  }

  /// A segment found at opening.
  init(_ segment: Segment, _ scan: SegmentScan, preparedEnd: Int64) {
    self.segment = segment
    position = scan.position
    self.preparedEnd = preparedEnd
    fileChecksum = scan.fileChecksum
    lastChecksum = scan.lastChecksum
    builder = scan.builder
    firstTimestamp = scan.firstTimestamp
  }

  var file: any StoredFile { segment.file }

  /// Takes note of a batch that was written at `position`.
  mutating func wrote(_ batch: UnsafeRawBufferPointer) {
    guard let start = batch.baseAddress else { return }
    let header = BatchHeader(start)
    if let (offset, time) = builder.add(header, at: position) { segment.index.add(offset, time) }
    fileChecksum = crc32c(batch, after: fileChecksum)
    lastChecksum = header.checksum
    firstTimestamp = firstTimestamp ?? header.baseTimestamp
    position += Int64(batch.count)
    preparedEnd = max(preparedEnd, position)
  }
}
