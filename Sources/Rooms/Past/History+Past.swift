import Chat
package import LogStore
import Projector

/// Why a moment of the past cannot be had.
package enum PastError: Error, Sendable {
  case unreadable(ReadError)
  /// More of the log lies before it than one answer reads; the next one goes on from there.
  case surveying
}

extension History {
  /// Events folded for one answer at most, about a second's work.
  static let foldedAtOnce: Int64 = 1_500_000
  /// Events before a moment beyond which the survey is carried on first.
  static let foldedWillingly: Int64 = 131_072

  /// A room after every event with an offset at or below `offset`, in bounded work.
  func moment(of room: RoomName, at offset: Int64) throws(PastError) -> RoomState {
    let end = min(max(offset + 1, log.state.start), log.state.next)
    var from = start(of: room, upTo: end)
    if end - from.next > Self.foldedWillingly {
      try carryOn(room, to: end)
      from = start(of: room, upTo: end)
    }
    guard end - from.next <= Self.foldedAtOnce else { throw .surveying }
    do throws(ReadError) {
      return try fold(room, from: from, to: end)
    } catch { throw .unreadable(error) }
  }

  /// The survey of a room up to the log's end, or as far as one answer goes.
  func survey(of room: RoomName) throws(PastError) -> RoomSurvey {
    try carryOn(room, to: log.state.next)
  }

  /// The latest state at hand that is not behind `end`.
  func start(of room: RoomName, upTo end: Int64) -> RoomSurvey.Rung {
    let start = log.state.start
    let rung = surveys.survey(of: room)?.rung(upTo: end).flatMap { $0.next < start ? nil : $0 }
    if let rung, end - rung.next <= Self.foldedWillingly { return rung }
    let saved = checkpoint(upTo: end, after: rung?.next ?? -1)
    if let saved {
      let next = max(saved.projection.next, start)
      return RoomSurvey.Rung(next: next, state: saved.projection[room] ?? RoomState())
    }
    return rung ?? RoomSurvey.Rung(next: start, state: RoomState())
  }

  /// The newest checkpoint of this log up to `end`, when it is worth more than what is at hand.
  private func checkpoint(upTo end: Int64, after least: Int64) -> Checkpoint? {
    guard let found = checkpoints?.newest(of: log.state, upTo: end) else { return nil }
    return found.projection.next > least ? found : nil
  }

  func fold(
    _ room: RoomName, from rung: RoomSurvey.Rung, to end: Int64
  ) throws(ReadError) -> RoomState {
    var state = rung.state
    guard rung.next < end else { return state }
    try log.scan(from: rung.next, to: end, key: room.key, passing: .max) { record in
      state.apply(record.value, offset: record.offset, time: record.timestamp)
      return .advance
    }
    return state
  }

  @discardableResult
  private func carryOn(_ room: RoomName, to end: Int64) throws(PastError) -> RoomSurvey {
    let first = log.state.start
    var survey =
      surveys.take(room).flatMap { $0.next < first ? nil : $0 }
      ?? RoomSurvey(from: start(of: room, upTo: first))
    let limit = min(end, survey.next + Self.foldedAtOnce)
    defer { surveys.keep(survey, of: room) }
    guard survey.next < limit else { return survey }
    do throws(ReadError) {
      try log.scan(from: survey.next, to: limit, key: room.key, passing: .max) { record in
        survey.apply(record.value, offset: record.offset, time: record.timestamp)
        return .advance
      }
    } catch { throw .unreadable(error) }
    survey.reach(limit)
    return survey
  }
}
