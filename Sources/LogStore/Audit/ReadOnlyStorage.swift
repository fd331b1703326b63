internal import Glibc

/// The real disk for those who may only look: a copied directory can be on a read-only medium.
struct ReadOnlyStorage: Storage {
  private let disk = POSIXStorage()

  func open(_ path: String, _ mode: OpenMode) throws(StorageError) -> any StoredFile {
    if mode == .create { throw StorageError(.open, path, errno: EROFS) }
    return try disk.open(path, .read)
  }

  func names(in directory: String) throws(StorageError) -> [String] {
    try disk.names(in: directory)
  }

  func isLocked(_ path: String) -> Bool { disk.isLocked(path) }

  func freeBytes(at path: String) throws(StorageError) -> Int64 { try disk.freeBytes(at: path) }

  func makeDirectory(_ path: String) throws(StorageError) -> Bool {
    throw StorageError(.open, path, errno: EROFS)
  }

  func rename(_ from: String, to: String) throws(StorageError) {
    throw StorageError(.rename, to, errno: EROFS)
  }

  func remove(_ path: String) throws(StorageError) {
    throw StorageError(.remove, path, errno: EROFS)
  }

  func syncDirectory(_ path: String) throws(StorageError) {
    throw StorageError(.sync, path, errno: EROFS)
  }

  func lock(_ path: String) throws(StorageError) -> (any StorageLock)? {
    throw StorageError(.lock, path, errno: EROFS)
  }
}
