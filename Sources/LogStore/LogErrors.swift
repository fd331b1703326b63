/// Why records were not taken.
package enum AppendError: Error, Equatable {
  /// The queue is full (8 MiB or 65,536 records): try again after a commit.
  case full
  /// This generation was refused before; raise it and decide anew.
  case refused(generation: UInt64)
  /// No space, quota or file size left.
  case noSpace
  /// A sync failed; only a restart helps.
  case poisoned(by: String)
  /// Damaged, or the directory cannot be written.
  case readOnly(String)
  case closed
  /// A record over 64 KiB, or more records at once than the queue holds.
  case tooLarge
}

/// Why records were not handed out.
package enum ReadError: Error, Equatable {
  /// Asked for an offset outside `start...next`.
  case outOfRange(requested: Int64, start: Int64, next: Int64)
  /// A batch that cannot be trusted: `position` in bytes in `file`, where record `offset` was
  /// expected.
  case damaged(file: String, position: Int64, offset: Int64, what: String)
  case io(errno: Int32, file: String)
}

/// Why a data directory was not opened.
package enum OpenError: Error, Equatable {
  /// Another process, or another `Log` of this one, holds the lock.
  case locked(path: String)
  case unwritable(path: String, errno: Int32)
  /// Written by a release with another format.
  case otherVersion(file: String, found: Int64, supported: Int64)
  /// There is no log at this path (readers only: a writer creates one).
  case missing(path: String)
  /// Too damaged even to read.
  case damaged(file: String, position: Int64, what: String)
  /// The wall clock is this much behind the last record; `acceptClock` goes on regardless.
  case clockBehind(milliseconds: Int64)
  case io(errno: Int32, file: String)
}
