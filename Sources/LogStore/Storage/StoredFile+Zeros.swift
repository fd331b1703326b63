extension StoredFile {
  /// Writes zeros over a range.
  func zero(from start: Int64, to end: Int64) throws(StorageError) {
    guard start < end else { return }
    let piece = Int64(64 << 10)
    let zeros = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Int(min(piece, end - start)), alignment: 4_096)
    defer { zeros.deallocate() }
    zeros.initializeMemory(as: UInt8.self, repeating: 0)
    var position = start
    while position < end {
      let count = Int(min(Int64(zeros.count), end - position))
      try write(UnsafeRawBufferPointer(rebasing: zeros[..<count]), at: position)
      position += Int64(count)
    }
  }
}
