package import Chat

/// How many replies may still begin, counted from the log.
///
/// A reply counts when its `reply.started` is in the log, whatever became of it, for a minute from
/// then and for the day, which ends at midnight UTC. It is asked for only after that, so a start
/// reserves what it may cost.
package struct Budget: Sendable {
  package static let minuteMilliseconds: Int64 = 60_000
  package static let dayMilliseconds: Int64 = 86_400_000
  /// Starts remembered at most, whatever the limits say.
  package static let startsMost = 10_000

  /// Why no reply may begin now.
  package struct Excess: Equatable, Sendable {
    package let scope: ReplyRefusal.Scope
    package let limit: Int
    package let retryMilliseconds: Int64
  }

  private let perMinute: Int
  private let perDay: Int
  private let perRoomDay: Int
  /// Times of this server's last starts, oldest first, milliseconds since 1970.
  private var starts: [Int64]

  /// - Parameter starts: times of starts that were counted already, oldest first.
  package init(perMinute: Int, perDay: Int, perRoomDay: Int, starts: [Int64] = []) {
    self.perMinute = perMinute
    self.perDay = perDay
    self.perRoomDay = perRoomDay
    self.starts = starts
  }

  /// A `reply.started` of this time is in the log.
  package mutating func count(startAt time: Int64) {
    starts.append(time)
    // Dropped in steps, so that a long log costs no shift for every start.
    let most = min(max(perDay, perMinute), Self.startsMost)
    if starts.count > 2 * most + 64 { starts.removeFirst(starts.count - most) }
  }

  /// Nil when one more reply may begin at `now` beside `underWay` that are not in the log yet.
  ///
  /// - Parameter roomStarts: times of the room's own starts, oldest first.
  package func excess(now: Int64, underWay: Int, roomStarts: [Int64] = []) -> Excess? {
    let midnight = now - now % Self.dayMilliseconds
    let tomorrow = midnight + Self.dayMilliseconds - now
    let today = starts.count { $0 >= midnight } + underWay
    if today >= perDay {
      return Excess(scope: .server, limit: perDay, retryMilliseconds: tomorrow)
    }
    if roomStarts.count(where: { $0 >= midnight }) >= perRoomDay {
      return Excess(scope: .room, limit: perRoomDay, retryMilliseconds: tomorrow)
    }
    let recent = starts.filter { $0 > now - Self.minuteMilliseconds }
    guard recent.count + underWay >= perMinute else { return nil }
    // The start whose leaving makes room for one more.
    let leaving = recent.count - perMinute + underWay
    let frees = recent.indices.contains(leaving) ? recent[leaving] - now : 0
    return Excess(
      scope: .minute, limit: perMinute, retryMilliseconds: frees + Self.minuteMilliseconds)
  }
}
