/// The memory one reader needs: a window on a file and room for one batch decompressed.
final class ReadScratch {
  /// Bytes read at first, for a look-up, and at most, for a long scan.
  private static let aheadMin = 16 << 10
  private static let aheadMax = 512 << 10

  private let window: UnsafeMutableRawBufferPointer
  private let raw: UnsafeMutableRawBufferPointer
  private let decompressor = FrameDecompressor()
  private var file: (any StoredFile)?
  private var limit: Int64 = 0
  private var start: Int64 = 0
  private var filled = 0
  private var ahead = aheadMin

  init() {
    window = .allocate(byteCount: RecordBatch.totalBytesMax, alignment: 64)
    raw = .allocate(byteCount: RecordBatch.rawBytesMax + LZ4Frame.blockBytes, alignment: 64)
  }

  deinit {
    window.deallocate()
    raw.deallocate()
  }

  /// Begins on another file, of which only the first `limit` bytes are looked at.
  func begin(_ file: any StoredFile, limit: Int64) {
    self.file = file
    self.limit = limit
    start = 0
    filled = 0
    ahead = Self.aheadMin
  }

  /// Lets go of the file, so that its descriptor can be closed.
  func end() { file = nil }

  /// Bytes of the file, valid until the next call; `nil` if the limit or the file's end comes
  /// first.
  @inline(__always)
  func bytes(at position: Int64, count: Int) throws(StorageError) -> UnsafeRawBufferPointer? {
    if position < start || position + Int64(count) > start + Int64(filled) {
      guard try fill(at: position, count: count) else { return nil }
    }
    let from = Int(position - start)
    return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(window)[from..<from + count])
  }

  /// As many bytes as are left from `position` on, at most `count`.
  func available(at position: Int64, atMost count: Int) throws(StorageError)
    -> UnsafeRawBufferPointer
  {
    let left = Int(clamping: max(0, limit - position))
    if let bytes = try bytes(at: position, count: min(count, left)) { return bytes }
    // The file is shorter than it was said to be: what there is.
    return UnsafeRawBufferPointer(
      rebasing: UnsafeRawBufferPointer(window)[..<(position == start ? min(filled, count) : 0)])
  }

  private func fill(at position: Int64, count: Int) throws(StorageError) -> Bool {
    precondition(count <= window.count, "nothing longer than a batch is looked at whole")
    guard let file, position >= 0, position + Int64(count) <= limit else { return false }
    let wanted = Int(min(Int64(min(max(count, ahead), window.count)), limit - position))
    ahead = min(ahead * 2, Self.aheadMax)
    start = position
    filled = 0
    filled = try file.read(
      into: UnsafeMutableRawBufferPointer(rebasing: window[..<wanted]), at: position)
    return filled >= count
  }

  /// The records of a checked batch, decompressed if need be; valid until the next call of either.
  func records(_ batch: UnsafeRawBufferPointer, _ header: BatchHeader) throws(BatchFault)
    -> UnsafeRawBufferPointer
  {
    let payload = UnsafeRawBufferPointer(rebasing: batch[RecordBatch.headerBytes...])
    switch header.codec {
    case .some(.none): return payload
    case .lz4:
      let count = try decompressor.decompress(payload, to: raw, limit: RecordBatch.rawBytesMax)
      return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(raw)[..<count])
    case nil: throw .attributes(header.attributes)
    }
  }
}
