import Chat
import Testing

@testable import Companion

@Suite struct ReplyCourseTests {
  private static let turn = TurnTaking.Turn(to: [3, 4], context: 1...4)

  private func course() throws -> ReplyCourse {
    var course = ReplyCourse(
      turn: Self.turn,
      providers: [
        try Provider(address: "http://a.example/v1", model: "big"),
        try Provider(address: "http://127.0.0.1:1/v1", model: "small"),
      ])
    #expect(
      course.start
        == .replyStarted(
          ReplyStart(
            by: .companion, provider: "a.example", model: "big", to: [3, 4], context: 1...4)))
    #expect(course.started(at: 9, now: 0) == [.ask(provider: 0)])
    return course
  }

  private func chunk(_ text: String) -> ReplyCourse.Action {
    .write(.replyChunk(by: .companion, reply: 9, text: text))
  }

  private func finish(
    _ finish: Finish, _ usage: Usage? = nil, error: ModelFault? = nil
  ) -> ReplyCourse.Action {
    .write(
      .replyFinished(
        ReplyFinish(
          by: .companion, reply: 9, finish: finish, usage: usage, error: error?.failure)))
  }

  private func failed(_ provider: String, _ model: String, _ fault: ModelFault, _ next: String?)
    -> ReplyCourse.Action
  {
    .write(
      .providerFailed(
        ProviderFailure(
          by: .companion, reply: 9, provider: provider, model: model, error: fault.failure,
          waitedMilliseconds: 5, next: next)))
  }

  @Test func `every piece is a chunk, then the finish with its usage`() throws {
    var course = try course()
    let usage = Usage(prompt: 1, completion: 2, total: 3)
    #expect(
      course.heard([.text("a"), .thinking, .text("b")], now: 1) == [chunk("a"), chunk("b")])
    #expect(course.heard([.ended(.finished(.stop, usage))], now: 2) == [finish(.stop, usage)])
    #expect(course.isEnding)
    #expect(course.heard([.text("late")], now: 3) == [])
    #expect(course.stopped() == [])
  }

  @Test func `before a word the next provider takes over, within the same reply`() throws {
    var course = try course()
    let failure = ModelFault.rateLimited
    #expect(
      course.heard([.ended(.failed(failure.failure))], now: 5_000_000)
        == [failed("a.example", "big", failure, "local"), .ask(provider: 1)])
    #expect(course.heard([.text("hi")], now: 6_000_000) == [chunk("hi")])
  }

  @Test func `when all have failed the reply ends with the last error`() throws {
    var course = try course()
    _ = course.heard([.ended(.failed(ModelFault.unreachable.failure))], now: 1)
    #expect(
      course.heard([.ended(.interrupted)], now: 5_000_001)
        == [
          failed("local", "small", .interrupted, nil), finish(.error, error: .interrupted),
        ])
  }

  @Test func `after a word nobody takes over: an error, or a cut, ends the reply`() throws {
    var first = try course()
    _ = first.heard([.text("Hel")], now: 1)
    #expect(
      first.heard([.ended(.failed(ModelFault.idleTimeout.failure))], now: 2)
        == [finish(.error, error: .idleTimeout)])
    var second = try course()
    #expect(
      second.heard([.text("Hel"), .ended(.interrupted)], now: 1)
        == [chunk("Hel"), finish(.interrupted)])
  }

  @Test func `a stop hangs up, drops waiting words and ends the reply`() throws {
    var course = try course()
    #expect(course.stopped() == [.hangUp, .withdrawWords, finish(.stopped)])
    #expect(course.stopped() == [])
  }

  @Test func `long text is cut into chunks, and the reply at its bound`() throws {
    var course = try course()
    let text = String(repeating: "é", count: 20_000)
    let piece = String(repeating: "é", count: 8_000)
    #expect(
      course.heard([.text(text), .ended(.finished(.stop, nil))], now: 1)
        == [chunk(piece), chunk(piece), .hangUp, finish(.length)])
  }

  @Test func `a reply of exactly the bound ends as the model says`() throws {
    var course = try course()
    let piece = String(repeating: "x", count: 8_000)
    #expect(
      course.heard([.text(piece), .text(piece), .ended(.finished(.stop, nil))], now: 1)
        == [chunk(piece), chunk(piece), finish(.stop)])
  }

  @Test func `lost words make it an error even if it had ended well`() throws {
    var course = try course()
    _ = course.heard([.text("x"), .ended(.finished(.stop, nil))], now: 1)
    #expect(course.lostWords() == [.hangUp, finish(.error, error: .logRefused)])
  }
}
