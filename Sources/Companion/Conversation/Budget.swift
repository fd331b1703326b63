package import Chat

/// How many replies the server may still begin, counted from the log.
///
/// A reply counts when its `reply.started` is in the log, whatever became of it, for a minute and
/// for a day from then.
package struct Budget: Sendable {
  package static let minuteMilliseconds: Int64 = 60_000
  package static let dayMilliseconds: Int64 = 86_400_000

  /// Why no reply may begin now.
  package struct Excess: Equatable, Sendable {
    package let scope: ReplyRefusal.Scope
    package let limit: Int
    package let retryMilliseconds: Int64
  }

  private let perMinute: Int
  private let perDay: Int
  /// Times of the last `perDay` starts, oldest first, milliseconds since 1970.
  private var starts: [Int64] = []

  package init(perMinute: Int, perDay: Int) {
    self.perMinute = perMinute
    self.perDay = perDay
  }

  /// A `reply.started` of this time is in the log.
  package mutating func count(startAt time: Int64) {
    starts.append(time)
    // Dropped in steps, so that a long log costs no shift for every start.
    if starts.count > 2 * max(perDay, perMinute) + 64 {
      starts.removeFirst(starts.count - max(perDay, perMinute))
    }
  }

  /// Nil when one more reply may begin at `now` beside `underWay` that are not in the log yet.
  package func excess(now: Int64, underWay: Int) -> Excess? {
    excess(.server, perDay, Self.dayMilliseconds, now, underWay)
      ?? excess(.minute, perMinute, Self.minuteMilliseconds, now, underWay)
  }

  private func excess(
    _ scope: ReplyRefusal.Scope, _ limit: Int, _ span: Int64, _ now: Int64, _ underWay: Int
  ) -> Excess? {
    let recent = starts.count - (starts.lastIndex { $0 <= now - span } ?? -1) - 1
    guard recent + underWay >= limit else { return nil }
    // The start whose leaving makes room for one more.
    let leaving = starts.count - limit + underWay
    let frees = starts.indices.contains(leaving) ? starts[leaving] + span - now : span
    return Excess(scope: scope, limit: limit, retryMilliseconds: min(max(1, frees), span))
  }
}
