import Glibc
import Synchronization

@testable import LogStore

/// The real disk, with refusals injected.
///
/// Faults it has: an error at any operation on any path, and with a write error any part of the
/// bytes written first. Faults it has not: bytes lost or torn after a sync that was reported
/// good.
final class FaultyStorage: Storage {
  typealias Operation = StorageError.Operation
  /// The error an operation fails with; `nil` lets it pass.
  typealias Plan = @Sendable (_ operation: Operation, _ path: String) -> Int32?

  private let real = POSIXStorage()
  private let plan = Mutex<Plan?>(nil)
  private let calls = Mutex<[Operation]>([])

  /// Injects from now on what `plan` says.
  func inject(_ plan: Plan?) { self.plan.withLock { $0 = plan } }

  /// Every operation so far.
  var operations: [Operation] { calls.withLock { $0 } }

  fileprivate func check(_ operation: Operation, _ path: String) throws(StorageError) {
    calls.withLock { $0.append(operation) }
    let plan = self.plan.withLock { $0 }
    if let errno = plan?(operation, path) {
      throw StorageError(operation, path, errno: errno)
    }
  }

  func open(_ path: String, _ mode: OpenMode) throws(StorageError) -> any StoredFile {
    try check(.open, path)
    return FaultyFile(try real.open(path, mode), path, self)
  }

  func names(in directory: String) throws(StorageError) -> [String] {
    try check(.list, directory)
    return try real.names(in: directory)
  }

  func makeDirectory(_ path: String) throws(StorageError) -> Bool {
    try real.makeDirectory(path)
  }

  func rename(_ from: String, to: String) throws(StorageError) {
    try check(.rename, to)
    try real.rename(from, to: to)
  }

  func remove(_ path: String) throws(StorageError) {
    try check(.remove, path)
    try real.remove(path)
  }

  func syncDirectory(_ path: String) throws(StorageError) {
    try check(.sync, path)
    try real.syncDirectory(path)
  }

  func lock(_ path: String) throws(StorageError) -> (any StorageLock)? {
    try check(.lock, path)
    return try real.lock(path)
  }

  func isLocked(_ path: String) -> Bool { real.isLocked(path) }

  func freeBytes(at path: String) throws(StorageError) -> Int64 { try real.freeBytes(at: path) }
}

private final class FaultyFile: StoredFile {
  private let real: any StoredFile
  private let path: String
  private let storage: FaultyStorage

  init(_ real: any StoredFile, _ path: String, _ storage: FaultyStorage) {
    self.real = real
    self.path = path
    self.storage = storage
  }

  func size() throws(StorageError) -> Int64 { try real.size() }

  func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int64)
    throws(StorageError) -> Int
  {
    try storage.check(.read, path)
    return try real.read(into: buffer, at: position)
  }

  func write(_ bytes: UnsafeRawBufferPointer, at position: Int64) throws(StorageError) {
    do { try storage.check(.write, path) } catch {
      // A disk that fills up takes what still fits.
      try? real.write(UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)]), at: position)
      throw error
    }
    try real.write(bytes, at: position)
  }

  func sync() throws(StorageError) {
    try storage.check(.sync, path)
    try real.sync()
  }

  func truncate(to size: Int64) throws(StorageError) {
    try storage.check(.truncate, path)
    try real.truncate(to: size)
  }
}

/// Somebody to wait for: set by one thread, awaited by another.
final class Signal: Sendable {
  private let monitor = Monitor()
  private let state = Mutex(0)

  func raise() {
    state.withLock { $0 += 1 }
    monitor.lock()
    monitor.broadcast()
    monitor.unlock()
  }

  /// Waits until `condition` holds, looking whenever this was raised.
  func wait(until condition: () -> Bool) {
    monitor.lock()
    defer { monitor.unlock() }
    while !condition() { monitor.wait(nanoseconds: 1_000_000_000) }
  }
}
