/// Zeros written ahead of the data: a sync of bytes inside the file's size need not record a new
/// size.
extension LogWriter {
  /// Bytes written ahead at a time.
  static let zeroBytes: Int64 = 1 << 20
  private static let zeroPiece = 64 << 10

  /// Writes zeros behind a batch that has used up those before; the batch's own sync covers both.
  ///
  /// No space for them is no error: the file grows with the data then, and a second later this is
  /// tried again.
  func writeZeros(behind position: Int64) throws(StorageError) {
    guard options.preparesZeros, position > active.preparedEnd else { return }
    let end = min(position + Self.zeroBytes, max(options.segmentBytes, position))
    guard end > position, clock.nanoseconds >= zerosDue else { return }
    do {
      try zero(from: position, to: end)
      active.preparedEnd = end
    } catch  where error.meaning != .broken {
      zerosDue = clock.nanoseconds + Self.healDelay
      try active.file.truncate(to: position)
    }
  }

  /// Writes zeros over a range of the active segment.
  func zero(from start: Int64, to end: Int64) throws(StorageError) {
    let zeros = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.zeroPiece, alignment: 4_096)
    defer { zeros.deallocate() }
    zeros.initializeMemory(as: UInt8.self, repeating: 0)
    var position = start
    while position < end {
      let count = Int(min(Int64(Self.zeroPiece), end - position))
      try active.file.write(UnsafeRawBufferPointer(rebasing: zeros[..<count]), at: position)
      position += Int64(count)
    }
  }
}
