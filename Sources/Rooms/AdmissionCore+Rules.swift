import Chat
import LogStore
import Projector

// What the operator set for people's words: their pace, and the words themselves.

extension AdmissionCore {
  /// Participants whose last message in a slow room is remembered to the millisecond.
  private static let sendsMost = 65_536

  /// In a slow room, refuses a message that comes too soon after the participant's last one.
  mutating func allowPace(_ key: SeatKey, in state: RoomState) throws(Refusal) {
    guard state.mode == .slow else { return }
    let every = state.everyMilliseconds
    if sends[key.person] == nil, let last = state.people[key.by]?.lastSent, last > 0 {
      // By the wall clock, which may have been set back since: never longer than the pace.
      noteSend(key, at: now + min(last - time.wallMilliseconds, 0))
    }
    guard let sent = sends[key.person], sent + every > now else { return }
    let wait = sent + every - now
    var refusal = Refusal(
      .slowMode, "this room is slow: your next message in \((wait + 999) / 1_000) s")
    refusal.retryMilliseconds = Int(wait)
    throw refusal
  }

  /// Remembers a message of a slow room, by monotonic time.
  mutating func noteSend(_ key: SeatKey, at time: Int64) {
    if sends.count >= Self.sendsMost {
      let pace = OperatorAct.everyMilliseconds.upperBound
      sends = sends.filter { $0.value > now - pace / 24 }
      if sends.count >= Self.sendsMost { sends = [:] }
    }
    sends[key.person] = time
  }

  /// Refuses an edit that would make a draft hold a word of the filter, and every later edit of
  /// that draft.
  mutating func allowWords(
    after edit: Edit, _ draft: Int64, _ session: SessionState?, _ key: SeatKey
  ) throws(Refusal) {
    guard let filter else { return }
    if seats[key]?.filteredDraft != draft {
      let text = session?.isOpen == true ? session?.text ?? DraftText() : DraftText()
      guard filter.matches(text, after: edit) else { return }
      seats[key]?.filteredDraft = draft
    }
    throw filteredRefusal(draft)
  }

  /// Refuses a message that holds a word of the filter.
  mutating func allowWords(in text: String, _ draft: Int64) throws(Refusal) {
    guard let filter, filter.matches(text) else { return }
    throw filteredRefusal(draft)
  }

  private mutating func filteredRefusal(_ draft: Int64) -> Refusal {
    filteredCount += 1
    var refusal = Refusal(.filtered, "this server does not take a word in it")
    refusal.draft = draft
    return refusal
  }
}
