internal import Glibc

/// Files in memory that never fail: only their bytes are hostile.
///
/// `@unchecked`: one thread uses it.
final class MemoryStorage: Storage, @unchecked Sendable {
  private var files: [String: MemoryFile] = [:]

  func put(_ path: String, _ bytes: [UInt8]) { files[path] = MemoryFile(bytes) }

  func open(_ path: String, _ mode: OpenMode) throws(StorageError) -> any StoredFile {
    if mode == .create {
      // A file that somebody holds open keeps its bytes.
      let file = MemoryFile([])
      files[path] = file
      return file
    }
    guard let file = files[path] else { throw StorageError(.open, path, errno: ENOENT) }
    return file
  }

  func names(in directory: String) throws(StorageError) -> [String] {
    files.keys.filter { $0.hasPrefix(directory + "/") }.map {
      String($0.dropFirst(directory.utf8.count + 1))
    }
    .filter { !$0.contains("/") }.sorted()
  }

  func makeDirectory(_ path: String) throws(StorageError) -> Bool { false }

  func rename(_ from: String, to: String) throws(StorageError) {
    guard let file = files.removeValue(forKey: from) else {
      throw StorageError(.rename, from, errno: ENOENT)
    }
    files[to] = file
  }

  func remove(_ path: String) throws(StorageError) { files[path] = nil }
  func syncDirectory(_ path: String) throws(StorageError) {}
  func lock(_ path: String) throws(StorageError) -> (any StorageLock)? { MemoryLock() }
  func isLocked(_ path: String) -> Bool { false }
  func freeBytes(at path: String) throws(StorageError) -> Int64 { 1 << 40 }
}

final class MemoryLock: StorageLock {}

final class MemoryFile: StoredFile, @unchecked Sendable {
  private var bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func size() throws(StorageError) -> Int64 { Int64(bytes.count) }

  func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int64) throws(StorageError)
    -> Int
  {
    guard position < bytes.count else { return 0 }
    let from = Int(position)
    let count = min(buffer.count, bytes.count - from)
    bytes.withUnsafeBytes { source in
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[from..<from + count]))
    }
    return count
  }

  func write(_ source: UnsafeRawBufferPointer, at position: Int64) throws(StorageError) {
    let end = Int(position) + source.count
    if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
    bytes.withUnsafeMutableBytes { target in
      UnsafeMutableRawBufferPointer(rebasing: target[Int(position)..<end]).copyMemory(from: source)
    }
  }

  func sync() throws(StorageError) {}

  func truncate(to size: Int64) throws(StorageError) {
    if Int(size) < bytes.count {
      bytes.removeLast(bytes.count - Int(size))
    } else {
      bytes += [UInt8](repeating: 0, count: Int(size) - bytes.count)
    }
  }
}
