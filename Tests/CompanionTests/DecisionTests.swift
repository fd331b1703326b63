import Chat
import Projector
import Testing

@testable import Companion

/// When it speaks, to whom, and why not: the pure function alone.
@Suite struct DecisionTests {
  private let turns = TurnTaking(instructions: "Be kind.", contextTokens: 500)

  private func decision(
    _ room: TestRoom, perMinute: Int = 20, perDay: Int = 500, perRoomDay: Int = 200,
    starts: [Int64] = [], underWay: Int = 0, now: Int64 = 1_000
  ) -> TurnTaking.Decision? {
    turns.decision(
      in: room.conversation,
      budget: Budget(
        perMinute: perMinute, perDay: perDay, perRoomDay: perRoomDay, starts: starts),
      underWay: underWay, now: now)
  }

  private func refusal(_ decision: TurnTaking.Decision?) -> ReplyRefusal? {
    if case .refuse(let refusal) = decision { refusal } else { nil }
  }

  @Test func `nothing waits, or it speaks already: nothing is due`() {
    var room = TestRoom()
    #expect(decision(room) == nil)
    let asked = room.say("one")
    #expect(decision(room) == .speak(TurnTaking.Turn(to: [0], context: 0...0)))
    let reply = room.start(to: [asked])
    room.say("two")
    #expect(decision(room) == nil)
    room.finish(reply)
    #expect(decision(room) == .speak(TurnTaking.Turn(to: [2], context: 0...2)))
  }

  @Test func `the muted are refused before the others are answered`() {
    var room = TestRoom()
    let asked = room.say("one")
    let other = room.take(.message("two", by: ParticipantID(person: 2)))
    room.take(
      .participantMuted(by: .operator, participant: TestRoom.writer, until: 5_000, reason: nil))
    #expect(
      decision(room)
        == .refuse(ReplyRefusal(by: .companion, to: [asked], reason: .muted, scope: .room)))
    #expect(
      decision(room, now: 5_000)
        == .speak(TurnTaking.Turn(to: [asked, other], context: asked...other)))
  }

  @Test func `four replies in a row without a person between, and no more`() {
    var room = TestRoom()
    room.say("hello")
    for _ in 0..<4 {
      room.take(.message("and you?", by: .companion))
      guard case .speak = decision(room) else {
        Issue.record("it should speak")
        return
      }
      room.finish(room.start(to: room.conversation.waiting.map(\.offset)))
    }
    let fifth = room.take(.message("and you?", by: .companion))
    #expect(
      decision(room)
        == .refuse(
          ReplyRefusal(by: .companion, to: [fifth], reason: .depth, scope: .room, limit: 4)))
    let person = room.say("stop it, both of you")
    #expect(
      decision(room) == .speak(TurnTaking.Turn(to: [fifth, person], context: 0...person)))
  }

  @Test func `a room has its day, whatever the server has left`() {
    var room = TestRoom()
    for index in 0..<3 as Range<Int64> {
      let asked = room.say("one", at: index)
      room.finish(
        room.take(
          .replyStarted(
            ReplyStart(
              by: .companion, provider: "p", model: "m", to: [asked], context: asked...asked)),
          at: 1_000 + index))
    }
    room.say("more")
    let refused = refusal(decision(room, perRoomDay: 3, now: 2_000))
    #expect(refused?.scope == .room)
    #expect(refused?.limit == 3)
    #expect(refused?.retryMilliseconds == 86_398_000)
    #expect(refusal(decision(room, perRoomDay: 3, now: 86_400_000)) == nil)
    #expect(refusal(decision(room, perRoomDay: 4, now: 2_000)) == nil)
  }

  @Test func `the server's day and minute come before anybody speaks`() {
    var room = TestRoom()
    room.say("one")
    #expect(refusal(decision(room, perDay: 2, starts: [1, 2]))?.scope == .server)
    #expect(refusal(decision(room, perMinute: 2, starts: [1, 2]))?.scope == .minute)
    #expect(refusal(decision(room, perMinute: 2, starts: [1], underWay: 1))?.scope == .minute)
    #expect(refusal(decision(room, perMinute: 0))?.limit == 0)
    #expect(refusal(decision(room, perMinute: .max, perDay: .max, perRoomDay: .max)) == nil)
  }
}
