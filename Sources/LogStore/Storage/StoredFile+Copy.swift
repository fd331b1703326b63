extension StoredFile {
  /// Writes a range of another file at `position`; returns the CRC-32C of `checksum`'s bytes and
  /// these.
  func copy(
    _ range: Range<Int64>, of source: any StoredFile, at position: Int64 = 0,
    after checksum: UInt32 = 0
  ) throws(StorageError) -> UInt32 {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4_096)
    defer { buffer.deallocate() }
    var checksum = checksum
    var done: Int64 = 0
    while done < Int64(range.count) {
      let count = Int(min(Int64(buffer.count), Int64(range.count) - done))
      let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
      guard try source.read(into: piece, at: range.lowerBound + done) == count else {
        throw StorageError(.read, "a segment that shrank while it was copied", errno: 5)
      }
      try write(UnsafeRawBufferPointer(piece), at: position + done)
      checksum = crc32c(UnsafeRawBufferPointer(piece), after: checksum)
      done += Int64(count)
    }
    return checksum
  }
}
