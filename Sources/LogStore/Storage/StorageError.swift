internal import Glibc

extension StorageError {
  /// What an error means for the log.
  enum Meaning {
    /// Nothing is lost and it may pass: refuse, try again.
    case noSpace
    case unwritable
    /// Nobody knows what the disk holds.
    case broken
  }

  /// Every error of a sync is `broken`, also no space: by then pages may be gone.
  var meaning: Meaning {
    if operation == .sync || operation == .truncate { return .broken }
    switch errno {
    case ENOSPC, EDQUOT, EFBIG: return .noSpace
    case EACCES, EPERM, EROFS: return .unwritable
    default: return .broken
    }
  }

  /// There is no such file or directory.
  package var isAbsence: Bool { errno == ENOENT || errno == ENOTDIR }

  /// For people: what failed, on which file, and why.
  package var description: String {
    "\(operation.rawValue) \(path): \(String(cString: strerror(errno)))"
  }
}
