internal import LogStore

/// Two clocks that move only when the world says so; the wall clock may also be set, in either
/// direction.
///
/// `@unchecked`: one world is one thread.
final class SimulatedTime: TimeSource, @unchecked Sendable {
  private(set) var wallMilliseconds: Int64 = 1_700_000_000_000
  private(set) var monotonicNanoseconds: Int64 = 1_000_000_000

  /// Time passes on both clocks.
  func pass(milliseconds: Int64) {
    wallMilliseconds += milliseconds
    monotonicNanoseconds += milliseconds * 1_000_000
  }

  /// Somebody sets the wall clock forward (or back, if negative).
  func step(milliseconds: Int64) { wallMilliseconds += milliseconds }
}
