internal import Glibc

/// The two clocks the log reads, kept apart because only one of them can be stepped.
package protocol TimeSource: Sendable {
  /// Milliseconds since 1970; may jump in either direction.
  var wallMilliseconds: Int64 { get }
  /// Nanoseconds since some fixed moment; never goes back.
  var monotonicNanoseconds: Int64 { get }
}

/// The machine's clocks.
package struct SystemTime: TimeSource {
  package init() {}

  package var wallMilliseconds: Int64 {
    let now = Self.read(CLOCK_REALTIME)
    return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
  }

  package var monotonicNanoseconds: Int64 {
    let now = Self.read(CLOCK_MONOTONIC)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
  }

  private static func read(_ clock: clockid_t) -> timespec {
    var now = timespec()
    clock_gettime(clock, &now)
    return now
  }
}
