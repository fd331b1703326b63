/// The log's time: never falls, and goes on with the monotonic clock while the wall clock is
/// behind.
struct LogClock {
  /// How far behind the wall clock may be before it is said, in ms.
  static let toleratedMilliseconds: Int64 = 1_000
  /// How far behind the last record a start is accepted without being asked to, in ms: a day.
  static let startToleratedMilliseconds: Int64 = 24 * 3_600_000

  private let time: any TimeSource
  /// A time the log gave, and the monotonic clock then; both move only where the wall is ahead, so
  /// that no fraction of a millisecond is lost on the way.
  private var anchor: Int64
  private var anchorNanoseconds: Int64

  init(_ time: any TimeSource, last: Int64) {
    self.time = time
    anchor = last
    anchorNanoseconds = time.monotonicNanoseconds
  }

  var nanoseconds: Int64 { time.monotonicNanoseconds }

  /// The time of the next batch in ms since 1970, and how far behind it the wall clock is if that
  /// is more than tolerated, else 0.
  mutating func now() -> (timestamp: Int64, behind: Int64) {
    let wall = time.wallMilliseconds
    let nanoseconds = time.monotonicNanoseconds
    let carried = anchor + max(0, nanoseconds - anchorNanoseconds) / 1_000_000
    if wall >= carried {
      anchor = wall
      anchorNanoseconds = nanoseconds
      return (wall, 0)
    }
    let behind = carried - wall
    return (carried, behind > Self.toleratedMilliseconds ? behind : 0)
  }
}
