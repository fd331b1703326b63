import Chat

@testable import Companion

/// A room whose events are written by hand, one offset after the other.
struct TestRoom {
  static let writer = ParticipantID(person: 1)
  static let session = SessionID(bits: 1)

  var conversation = Conversation()
  private var next: Int64 = 0

  @discardableResult
  mutating func take(_ event: Event, at time: Int64 = 0) -> Int64 {
    defer { next += 1 }
    conversation.apply(event, offset: next, time: time)
    return next
  }

  mutating func join(_ name: String) {
    take(.participantJoined(by: Self.writer, name: name, token: "", visibility: .live))
  }

  @discardableResult
  mutating func say(_ text: String, at time: Int64 = 0) -> Int64 {
    take(.message(text, seq: next + 1), at: time)
  }

  mutating func start(to: [Int64]) -> Int64 {
    take(
      .replyStarted(
        ReplyStart(by: .companion, provider: "p", model: "m", to: to, context: 0...next)))
  }

  mutating func finish(_ reply: Int64) {
    take(.replyFinished(ReplyFinish(by: .companion, reply: reply, finish: .stop)))
  }
}

extension Event {
  static func message(
    _ text: String, by: ParticipantID = TestRoom.writer, seq: Int64 = 1
  ) -> Event {
    .messageSent(Author(by: by, session: TestRoom.session, seq: seq), draft: seq, text: text)
  }
}
