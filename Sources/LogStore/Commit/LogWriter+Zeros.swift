/// Zeros written ahead of the data: a sync of bytes inside the file's size need not record a new
/// size.
extension LogWriter {
  /// Bytes written ahead at a time.
  static let zeroBytes: Int64 = 1 << 20

  /// Writes zeros behind a batch that has used up those before; the batch's own sync covers both.
  ///
  /// No space for them is no error: the file grows with the data then, and a second later this is
  /// tried again.
  func writeZeros(behind position: Int64) throws(StorageError) {
    guard options.preparesZeros, position > active.preparedEnd else { return }
    let end = min(position + Self.zeroBytes, max(options.segmentBytes, position))
    guard end > position, clock.nanoseconds >= zerosDue else { return }
    let zeros = zerosAllowed(atMost: end - position)
    guard zeros > 0 else {
      zerosDue = clock.nanoseconds + Self.healDelay
      return
    }
    do {
      try active.file.zero(from: position, to: position + zeros)
      active.preparedEnd = position + zeros
    } catch  where error.meaning != .broken {
      zerosDue = clock.nanoseconds + Self.healDelay
      try active.file.truncate(to: position)
    }
  }

  /// As many zeros as may be written now, in bytes: none that would leave less than the ballast.
  func zerosAllowed(atMost wanted: Int64) -> Int64 {
    guard options.preparesZeros, let free = try? storage.freeBytes(at: layout.segments) else {
      return 0
    }
    return free - wanted < ballast.bytes ? 0 : wanted
  }

  /// Begins on the next segment's file once this one is half full.
  func prepareNext() {
    let full = min(options.segmentBytes, Self.segmentBytesMax)
    guard full >= SegmentPreparation.segmentBytesMin, active.position >= full / 2,
      !preparation.isBegun
    else { return }
    preparation.begin(zeros: zerosAllowed(atMost: min(Self.zeroBytes, full)))
  }
}
