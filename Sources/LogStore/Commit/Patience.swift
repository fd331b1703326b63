internal import CScheduling
internal import Glibc

/// Looking again and again for a short while before going to sleep.
///
/// Waking a thread whose processor has halted takes some 25 µs on a virtual machine, each way; for
/// one record at a time that is a fourth of a sync. Between two looks the processor is offered to
/// others. Where there is only one, nobody looks: waking costs 2 µs there, and who offers the
/// processor again and again has to wait for it when there is work.
enum Patience {
  /// In nanoseconds, for the writer after a commit.
  static let afterCommit: Int64 = 50_000
  /// In nanoseconds, for somebody who blocks on a commit: most syncs are over by then.
  static let forCommit: Int64 = 500_000

  private static let pays = allowed_processors() != 1

  /// Looks until `holds`, at most so long.
  @inline(__always)
  static func lookOut(nanoseconds: Int64, _ holds: () -> Bool) {
    guard pays else { return }
    let end = now() + nanoseconds
    while !holds(), now() < end { sched_yield() }
  }

  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
