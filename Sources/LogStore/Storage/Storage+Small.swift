extension Storage {
  /// Replaces a small file: temporary name, sync, rename, directory sync.
  ///
  /// A crash leaves the old or the new one, whole.
  func replace(_ path: String, in directory: String, with bytes: [UInt8]) throws(StorageError) {
    let temporary = path + ".new"
    let file = try open(temporary, .create)
    try bytes.span.withUnsafeBytes { (bytes) throws(StorageError) in try file.write(bytes, at: 0) }
    try file.sync()
    try rename(temporary, to: path)
    try syncDirectory(directory)
  }

  /// All of a file of at most `limit` bytes; `nil` if there is none or it is longer.
  func contents(_ path: String, limit: Int64) throws(StorageError) -> [UInt8]? {
    let file: any StoredFile
    do {
      file = try open(path, .read)
    } catch  where error.isAbsence {
      return nil
    }
    let size = try file.size()
    guard size <= limit else { return nil }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(size), alignment: 16)
    defer { buffer.deallocate() }
    let read = try file.read(into: buffer, at: 0)
    return [UInt8](buffer.prefix(read))
  }
}
