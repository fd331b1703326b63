internal import Glibc

/// The real disk.
package struct POSIXStorage: Storage {
  package init() {}

  package func open(_ path: String, _ mode: OpenMode) throws(StorageError) -> any StoredFile {
    let flags: Int32
    switch mode {
    case .read: flags = O_RDONLY
    case .write: flags = O_RDWR
    case .create: flags = O_RDWR | O_CREAT | O_TRUNC
    }
    let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw StorageError(.open, path, errno: errno) }
    return POSIXFile(descriptor, path)
  }

  package func names(in directory: String) throws(StorageError) -> [String] {
    guard let stream = opendir(directory) else {
      throw StorageError(.list, directory, errno: errno)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  package func makeDirectory(_ path: String) throws(StorageError) -> Bool {
    if mkdir(path, 0o755) == 0 { return true }
    guard errno == EEXIST else { throw StorageError(.open, path, errno: errno) }
    return false
  }

  package func rename(_ from: String, to: String) throws(StorageError) {
    if Glibc.rename(from, to) != 0 { throw StorageError(.rename, to, errno: errno) }
  }

  package func remove(_ path: String) throws(StorageError) {
    if unlink(path) != 0, errno != ENOENT { throw StorageError(.remove, path, errno: errno) }
  }

  package func syncDirectory(_ path: String) throws(StorageError) {
    let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StorageError(.open, path, errno: errno) }
    defer { Glibc.close(descriptor) }
    if fsync(descriptor) != 0 { throw StorageError(.sync, path, errno: errno) }
  }

  package func lock(_ path: String) throws(StorageError) -> (any StorageLock)? {
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw StorageError(.open, path, errno: errno) }
    var reason: Int32 = 0
    for _ in 0..<Self.lockAttempts {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return POSIXFile(descriptor, path) }
      reason = errno
      guard reason == EWOULDBLOCK else { break }
      usleep(Self.lockPause)
    }
    Glibc.close(descriptor)
    if reason == EWOULDBLOCK { return nil }
    throw StorageError(.lock, path, errno: reason)
  }

  /// `isLocked` of a reader holds the lock for a moment, which is not worth a refusal.
  private static let lockAttempts = 5
  /// Microseconds.
  private static let lockPause: UInt32 = 5_000

  package func isLocked(_ path: String) -> Bool {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { Glibc.close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  package func freeBytes(at path: String) throws(StorageError) -> Int64 {
    var found = statvfs()
    guard statvfs(path, &found) == 0 else { throw StorageError(.size, path, errno: errno) }
    return Int64(clamping: found.f_bavail) &* Int64(clamping: found.f_frsize)
  }

  package func totalBytes(at path: String) throws(StorageError) -> Int64 {
    var found = statvfs()
    guard statvfs(path, &found) == 0 else { throw StorageError(.size, path, errno: errno) }
    return Int64(clamping: found.f_blocks) &* Int64(clamping: found.f_frsize)
  }

  package func reserve(_ path: String, bytes: Int64) throws(StorageError) {
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw StorageError(.open, path, errno: errno) }
    defer { Glibc.close(descriptor) }
    var code = posix_fallocate(descriptor, 0, off_t(bytes))
    while code == EINTR { code = posix_fallocate(descriptor, 0, off_t(bytes)) }
    if code != 0 { throw StorageError(.write, path, errno: code) }
  }
}

/// An open descriptor, closed with the object.
final class POSIXFile: StoredFile, StorageLock {
  private let descriptor: Int32
  private let path: String

  init(_ descriptor: Int32, _ path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close(descriptor) }

  func size() throws(StorageError) -> Int64 {
    var found = stat()
    guard fstat(descriptor, &found) == 0 else { throw StorageError(.size, path, errno: errno) }
    return Int64(found.st_size)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int64)
    throws(StorageError) -> Int
  {
    guard let base = buffer.baseAddress else { return 0 }
    var done = 0
    while done < buffer.count {
      let count = pread(descriptor, base + done, buffer.count - done, off_t(position) + done)
      if count == 0 { break }
      if count > 0 {
        done += count
      } else if errno != EINTR {
        throw StorageError(.read, path, errno: errno)
      }
    }
    return done
  }

  func write(_ bytes: UnsafeRawBufferPointer, at position: Int64) throws(StorageError) {
    guard let base = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let count = pwrite(descriptor, base + done, bytes.count - done, off_t(position) + done)
      if count > 0 {
        done += count
      } else if count == 0 || errno != EINTR {
        throw StorageError(.write, path, errno: count == 0 ? EIO : errno)
      }
    }
  }

  func sync() throws(StorageError) {
    while fdatasync(descriptor) != 0 {
      // An interrupted sync has reported no error yet, so asking again hides none.
      if errno != EINTR { throw StorageError(.sync, path, errno: errno) }
    }
  }

  func truncate(to size: Int64) throws(StorageError) {
    while ftruncate(descriptor, off_t(size)) != 0 {
      if errno != EINTR { throw StorageError(.truncate, path, errno: errno) }
    }
  }
}
