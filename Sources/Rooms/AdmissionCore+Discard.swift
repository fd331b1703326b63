import Chat
import LogStore
import Projector

extension AdmissionCore {
  /// Throws away everything decided and not committed, and says so to those it concerns.
  mutating func discardPending() {
    generation = max(generation, log.state.refusedGeneration) + 1
    unsubmitted = []
    for (_, connection) in awaiting { tell(connection, .close(.unavailable)) }
    awaiting = []
    dropActs()
    askers.forget(from: committed.next)
    sends = [:]
    tellUnavailable()
    readAgain()
    ahead = committed
    reportedClockStep = false
    restoreDeadlines()
  }

  /// Sessions with events in flight cannot know whether those were written.
  private mutating func tellUnavailable() {
    var refusal = Refusal(.unavailable, "the log takes no new events now; keep yours and resend")
    refusal.retryMilliseconds = 1_000
    for (key, seat) in seats {
      guard let connection = seat.connection,
        ahead.states[key.room].session(key.sessionKey)?.seq
          != committed.states[key.room].session(key.sessionKey)?.seq
      else { continue }
      seats[key]?.isDropping = true
      tell(connection, .refusal(refusal))
    }
  }

  /// Nothing is on its way any more, and what is sent again must be heard.
  private mutating func readAgain() {
    for (id, connection) in connections where connection.isPaused {
      connections[id]?.isPaused = false
      tell(id, .pauseReading(false))
    }
  }

  /// What was about to end and was thrown away with the rest gets its deadline back.
  private mutating func restoreDeadlines() {
    let idle = now + Limits.typingIdleMilliseconds
    for key in seats.keys {
      guard committed.states[key.room].session(key.sessionKey)?.isTyping == true else { continue }
      seats[key]?.typingEnds = idle
    }
    for (room, state) in committed.states.enumerated() {
      for (by, _) in state.present where presences[PersonKey(room: room, by: by)] == nil {
        presences[PersonKey(room: room, by: by)] = Presence(
          seats: 0, graceEnds: now + Limits.graceMilliseconds)
      }
    }
  }
}
