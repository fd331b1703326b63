internal import Synchronization

/// Since when the writer has been at one commit: a slow disk shows in nothing else while it lasts.
final class StallWatch: Sendable {
  /// Below this a disk is merely slow.
  static let toleratedMilliseconds: Int64 = 2_000

  /// Monotonic nanoseconds; 0: it is not at a commit.
  private let since = Atomic<Int64>(0)

  func begin(_ nanoseconds: Int64) { since.store(max(1, nanoseconds), ordering: .relaxed) }
  func end() { since.store(0, ordering: .relaxed) }

  /// Which commit is at the disk, by when it began, and how long it has taken, in ms, if that is
  /// not tolerated; else zeros.
  func look(at time: any TimeSource) -> (commit: Int64, milliseconds: Int64) {
    let since = since.load(ordering: .relaxed)
    guard since > 0 else { return (0, 0) }
    let passed = (time.monotonicNanoseconds - since) / 1_000_000
    return passed < Self.toleratedMilliseconds ? (0, 0) : (since, passed)
  }
}
