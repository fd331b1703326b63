import Chat
import Projector
import Testing

@testable import Companion

@Suite struct ConversationTests {
  @Test func `messages carry the name their writer had`() {
    var room = TestRoom()
    room.join("Ada")
    room.say("one")
    room.take(.participantRenamed(by: TestRoom.writer, name: "Lady A"))
    room.say("two")
    #expect(
      room.conversation.items.map(\.speaker) == [.person(name: "Ada"), .person(name: "Lady A")])
    #expect(room.conversation.waiting.map(\.offset) == [1, 3])
  }

  @Test func `a reply answers what stands in its to, and later messages wait`() {
    var room = TestRoom()
    let first = room.say("one")
    let between = room.say("two")
    let reply = room.start(to: [first])
    let later = room.say("three")
    #expect(room.conversation.waiting.map(\.offset) == [between, later])
    #expect(room.conversation.openReplies == [reply])
    room.take(.replyChunk(by: .companion, reply: reply, text: "Hel"))
    room.take(.replyChunk(by: .companion, reply: reply, text: "lo"))
    room.finish(reply)
    room.take(.replyChunk(by: .companion, reply: reply, text: "late"))
    #expect(room.conversation.openReplies == [])
    #expect(room.conversation.items.first { $0.offset == reply }?.text == "Hello")
  }

  @Test func `a refused message waits no longer`() {
    var room = TestRoom()
    let message = room.say("one")
    room.take(
      .replyRefused(
        ReplyRefusal(by: .companion, to: [message], reason: .budget, scope: .minute)))
    #expect(room.conversation.waiting == [])
  }

  @Test func `after a start only young messages behind the last reply are answered`() {
    var room = TestRoom()
    room.say("before the reply", at: 50_000)
    let asked = room.say("asked", at: 51_000)
    let reply = room.start(to: [asked])
    room.finish(reply)
    room.say("too old", at: 52_000)
    let young = room.say("young", at: 52_001)
    room.conversation.resume(now: 112_000, youngerThan: 60_000)
    #expect(room.conversation.waiting.map(\.offset) == [young])
  }

  @Test func `hidden words leave the context for good`() {
    var room = TestRoom()
    let message = room.say("secret")
    let reply = room.start(to: [])
    room.take(.replyChunk(by: .companion, reply: reply, text: "bad"))
    room.take(.messageHidden(by: .operator, message: message, reason: nil))
    room.take(.messageHidden(by: .operator, message: reply, reason: nil))
    room.take(.replyChunk(by: .companion, reply: reply, text: " more"))
    #expect(room.conversation.items.map(\.text) == ["", ""])
    #expect(room.conversation.waiting == [])
  }

  @Test func `a message of nothing but white space is not answered`() {
    var room = TestRoom()
    room.say(" \n\u{3000}")
    #expect(room.conversation.waiting == [])
  }

  @Test func `memory is bounded, and an open reply stays`() {
    var room = TestRoom()
    let reply = room.start(to: [])
    let long = String(repeating: "é", count: 8_000)
    for _ in 0..<2_000 { room.say(long) }
    #expect(room.conversation.waiting.count == ReplyLedger.waitingKept)
    #expect(room.conversation.items.first?.offset == reply)
    room.finish(reply)
    #expect(room.conversation.items.count == Conversation.scalarsKept / 8_000)
  }

  @Test func `events that make no sense change nothing`() {
    var conversation = Conversation()
    let events: [Event] = [
      .replyChunk(by: .companion, reply: 7, text: "x"),
      .replyFinished(ReplyFinish(by: .companion, reply: 7, finish: .stop)),
      .messageHidden(by: .operator, message: 9, reason: nil),
      .messageSent(Author(by: .server, session: TestRoom.session, seq: 1), draft: 1, text: "no"),
    ]
    for (offset, event) in events.enumerated() {
      conversation.apply(event, offset: Int64(offset), time: 0)
    }
    #expect(conversation.items == [])
    #expect(conversation.isQuiet(since: 0))
  }
}
