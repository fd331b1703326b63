/// The door to the disk: everything the log asks of a file system, synchronous.
///
/// What is trusted of a disk: a sync that returned without error has made the file's bytes and
/// size (or the directory's names) durable; a rename is atomic. What is not: that bytes written
/// and not synced are there after a power cut, whole, in order or at all; that a second sync
/// after a failed one means anything; that bytes read are the bytes written.
package protocol Storage: Sendable {
  func open(_ path: String, _ mode: OpenMode) throws(StorageError) -> any StoredFile
  /// Names in a directory, in no order.
  func names(in directory: String) throws(StorageError) -> [String]
  /// Makes one directory, none of its parents; `false` if there is one already.
  func makeDirectory(_ path: String) throws(StorageError) -> Bool
  func rename(_ from: String, to: String) throws(StorageError)
  /// Removes a file; its absence is no error.
  func remove(_ path: String) throws(StorageError)
  /// Makes renames, creations and removals in a directory durable.
  func syncDirectory(_ path: String) throws(StorageError)
  /// Takes the exclusive lock on a file that is created if need be; `nil` if somebody else has it.
  func lock(_ path: String) throws(StorageError) -> (any StorageLock)?
  /// Whether somebody holds the lock; writes nothing.
  func isLocked(_ path: String) -> Bool
  /// Bytes that may still be written on the file system of `path`.
  func freeBytes(at path: String) throws(StorageError) -> Int64
  /// Bytes of the whole file system of `path`.
  func totalBytes(at path: String) throws(StorageError) -> Int64
  /// Makes a file of so many bytes that are really there.
  func reserve(_ path: String, bytes: Int64) throws(StorageError)
}

/// How a file is opened.
package enum OpenMode: Sendable {
  case read
  /// For reading and writing; it must exist.
  case write
  /// For reading and writing; made if need be, emptied if not.
  case create
}

/// An open file; closed with its last reference.
///
/// Positions and counts are in bytes.
package protocol StoredFile: AnyObject, Sendable {
  func size() throws(StorageError) -> Int64
  /// Fills the buffer from `position` on; less only at the end of the file. Returns how many.
  func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int64) throws(StorageError)
    -> Int
  /// Writes all of it, or throws with any part written.
  func write(_ bytes: UnsafeRawBufferPointer, at position: Int64) throws(StorageError)
  /// Makes all that was written durable. After an error it is unknown what is.
  func sync() throws(StorageError)
  func truncate(to size: Int64) throws(StorageError)
}

/// The lock on a data directory; given back with its last reference, or when the process ends.
package protocol StorageLock: AnyObject, Sendable {}

/// A refusal of the disk.
package struct StorageError: Error, Equatable, CustomStringConvertible {
  /// What was asked.
  package enum Operation: String, Sendable {
    case open, list, read, write, sync, truncate, rename, remove, lock, size
  }

  package let operation: Operation
  package let path: String
  package let errno: Int32

  package init(_ operation: Operation, _ path: String, errno: Int32) {
    self.operation = operation
    self.path = path
    self.errno = errno
  }
}

extension Storage {
  /// A disk without bounds of its own.
  package func totalBytes(at path: String) throws(StorageError) -> Int64 { .max }

  package func reserve(_ path: String, bytes: Int64) throws(StorageError) {
    try open(path, .create).zero(from: 0, to: bytes)
  }
}
