internal import Glibc

/// Descriptors: one a connection, and a few for the log.
enum OpenFiles {
  /// Raises the soft limit to the hard one; a shell's default is far under what a room needs.
  ///
  /// - Returns: how many this process may hold open now.
  @discardableResult
  static func allowMost() -> UInt64 {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
    guard limit.rlim_cur < limit.rlim_max else { return UInt64(limit.rlim_cur) }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return UInt64(limit.rlim_cur)
  }
}
