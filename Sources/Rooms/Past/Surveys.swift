import Chat
import LogStore
import Projector
import Synchronization

/// The surveys of the few rooms whose past was read last, in memory.
final class Surveys: Sendable {
  /// Rooms of which one is kept: at most 32 states of 1,000 messages each.
  private static let roomsMost = 4

  private let kept = Mutex<[(room: RoomName, survey: RoomSurvey)]>([])

  /// The survey of a room, if one is kept.
  func survey(of room: RoomName) -> RoomSurvey? {
    kept.withLock { kept in
      guard let at = kept.firstIndex(where: { $0.room == room }) else { return nil }
      let found = kept.remove(at: at)
      kept.append(found)
      return found.survey
    }
  }

  /// Takes a room's survey out, to be carried on and kept again, so that it is never copied.
  func take(_ room: RoomName) -> RoomSurvey? {
    kept.withLock { kept in
      kept.firstIndex { $0.room == room }.map { kept.remove(at: $0).survey }
    }
  }

  /// Keeps a survey, unless a longer one came meanwhile.
  func keep(_ survey: RoomSurvey, of room: RoomName) {
    kept.withLock { kept in
      if let at = kept.firstIndex(where: { $0.room == room }) {
        guard kept[at].survey.next < survey.next else { return }
        kept.remove(at: at)
      }
      kept.append((room, survey))
      if kept.count > Self.roomsMost { kept.removeFirst() }
    }
  }
}
