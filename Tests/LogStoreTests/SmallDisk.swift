import Glibc
import Synchronization

@testable import LogStore

/// The real disk with bounds of its own: so many bytes, counted as files grow.
///
/// Faults it has: a write that would grow a file beyond what is left fails with ENOSPC, with none
/// of it written. Faults it has not: no space where a file does not grow.
final class SmallDisk: Storage {
  private let real = POSIXStorage()
  private let total: Int64
  private let left: Mutex<Int64>

  init(bytes: Int64) {
    total = bytes
    left = Mutex(bytes)
  }

  /// Somebody else takes all there is.
  func fill() { left.withLock { $0 = 0 } }
  /// Somebody else gives so many bytes back.
  func free(_ bytes: Int64) { left.withLock { $0 += bytes } }

  fileprivate func take(_ bytes: Int64, _ path: String) throws(StorageError) {
    let isEnough = left.withLock { left in
      guard bytes <= left else { return false }
      left -= bytes
      return true
    }
    if !isEnough { throw StorageError(.write, path, errno: ENOSPC) }
  }

  func open(_ path: String, _ mode: OpenMode) throws(StorageError) -> any StoredFile {
    if mode == .create { free((try? real.open(path, .read).size()) ?? 0) }
    return SmallFile(try real.open(path, mode), path, self)
  }

  func names(in directory: String) throws(StorageError) -> [String] {
    try real.names(in: directory)
  }

  func makeDirectory(_ path: String) throws(StorageError) -> Bool {
    try real.makeDirectory(path)
  }

  func rename(_ from: String, to: String) throws(StorageError) {
    free((try? real.open(to, .read).size()) ?? 0)
    try real.rename(from, to: to)
  }

  func remove(_ path: String) throws(StorageError) {
    free((try? real.open(path, .read).size()) ?? 0)
    try real.remove(path)
  }

  func syncDirectory(_ path: String) throws(StorageError) { try real.syncDirectory(path) }
  func lock(_ path: String) throws(StorageError) -> (any StorageLock)? { try real.lock(path) }
  func isLocked(_ path: String) -> Bool { real.isLocked(path) }
  func freeBytes(at path: String) throws(StorageError) -> Int64 { left.withLock { $0 } }
  func totalBytes(at path: String) throws(StorageError) -> Int64 { total }
}

private final class SmallFile: StoredFile {
  private let real: any StoredFile
  private let path: String
  private let disk: SmallDisk

  init(_ real: any StoredFile, _ path: String, _ disk: SmallDisk) {
    self.real = real
    self.path = path
    self.disk = disk
  }

  func size() throws(StorageError) -> Int64 { try real.size() }

  func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int64)
    throws(StorageError) -> Int
  {
    try real.read(into: buffer, at: position)
  }

  func write(_ bytes: UnsafeRawBufferPointer, at position: Int64) throws(StorageError) {
    let more = position + Int64(bytes.count) - (try real.size())
    if more > 0 { try disk.take(more, path) }
    try real.write(bytes, at: position)
  }

  func sync() throws(StorageError) { try real.sync() }

  func truncate(to size: Int64) throws(StorageError) {
    disk.free(max(0, try real.size() - size))
    try real.truncate(to: size)
  }
}
