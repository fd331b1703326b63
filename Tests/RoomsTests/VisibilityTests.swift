import Chat
import Projector
import Testing

@testable import Rooms

@Suite struct VisibilityTests {
  private func visibility(_ seq: Int, _ visibility: String) -> String {
    #"{"type":"visibility","seq":\#(seq),"visibility":"\#(visibility)"}"#
  }

  private func discard(_ seq: Int, draft: Int) -> String {
    #"{"type":"discard","seq":\#(seq),"draft":\#(draft)}"#
  }

  @Test func `by word: an edit a word, and everybody knows`() throws {
    let world = try World()
    let (watcher, mara) = (world.open(), world.open())
    _ = watcher.hello("wwwww", #","watch":true"#)
    let welcome = mara.hello("aaaaa", #","visibility":"word""#).of("welcome")[0]
    #expect(welcome.string("visibility") == "word")
    #expect(watcher.take().events.first?.string("visibility") == "word")
    #expect(mara.ask(#"{"type":"typing","draft":1}"#).errors.isEmpty)
    for (seq, word) in ["so ", "it ", "goes"].enumerated() {
      #expect(mara.ask(keys(seq + 1, at: seq * 3, word)).errors.isEmpty)
    }
    #expect(mara.ask(sending(4)).errors.isEmpty)
    let seen = watcher.take().events
    #expect(
      seen.map { $0.string("type") } == [
        "typing.started", "draft.edited", "draft.edited", "draft.edited", "message.sent",
        "typing.stopped",
      ])
    #expect(seen.compactMap { $0.string("ins") } == ["so ", "it ", "goes"])
    #expect(seen[4].string("text") == "so it goes")
  }

  @Test func `in mid-draft: discard, visibility, and on in a new draft, there and back`() throws {
    let world = try World()
    let (watcher, mara) = (world.open(), world.open())
    _ = watcher.hello("wwwww", #","watch":true"#)
    _ = mara.hello("aaaaa")
    mara.ask(keys(1, "shown"))
    let early = mara.ask(visibility(2, "send"))
    #expect(early.errors == ["draft_open"])
    #expect(early.of("error").first?.integer("draft") == 1)
    _ = watcher.take()
    mara.say(discard(2, draft: 1))
    mara.say(visibility(3, "send"))
    mara.say(#"{"type":"typing","draft":2}"#)
    world.settle()
    #expect(mara.take().errors.isEmpty)
    #expect(
      watcher.take().events.map { $0.string("type") } == [
        "draft.discarded", "typing.stopped", "visibility.changed", "typing.started",
      ])
    #expect(mara.ask(keys(4, draft: 2, "secret")).errors == ["not_visible"])
    let state = try #require(world.admission.state(of: .lobby))
    #expect(state.openDrafts.map(\.text.string) == [""])
    #expect(state.present.map(\.person.visibility) == [.send])
    #expect(mara.ask(sending(4, draft: 2, "whole")).errors.isEmpty)
    #expect(mara.ask(visibility(5, "word")).errors.isEmpty)
    #expect(mara.ask(keys(6, draft: 3, "word ")).errors.isEmpty)
    #expect(mara.ask(sending(7, draft: 3)).errors.isEmpty)
    #expect(mara.ask(visibility(8, "live")).errors.isEmpty)
    #expect(mara.ask(keys(9, draft: 4, "k")).errors.isEmpty)
    let texts = watcher.take().events.compactMap { $0.string("text") }
    #expect(texts == ["whole", "word "])
    #expect(try !world.publicCopies().contains("secret"))
  }

  @Test func `a draft nobody sees does not hinder a switch`() throws {
    let world = try World()
    let mara = world.open()
    _ = mara.hello("aaaaa", #","visibility":"send""#)
    mara.ask(#"{"type":"typing","draft":1}"#)
    #expect(mara.ask(visibility(1, "live")).errors.isEmpty)
    #expect(mara.ask(keys(2, "shown")).errors.isEmpty)
  }

  @Test func `what hello says of visibility counts only for a session that is not known`() throws {
    let world = try World()
    let mara = world.open()
    let token = try #require(
      mara.hello("aaaaa", #","visibility":"send""#).of("welcome")[0].string("token"))
    func again(_ session: String, _ asked: String) -> (Client, String?) {
      let client = world.open()
      let said = client.hello(session, #","token":"\#(token)","visibility":"\#(asked)""#)
      return (client, said.of("welcome").first?.string("visibility"))
    }
    mara.ask(sending(1, "said"))
    mara.drop()
    let (second, kept) = again("aaaaa", "live")
    #expect(kept == "send", "a lost connection")
    #expect(second.ask(keys(2, draft: 2, "k")).errors == ["not_visible"])
    #expect(second.ask(visibility(2, "word")).errors.isEmpty)
    let (third, taken) = again("aaaaa", "send")
    #expect(taken == "word", "a connection that was taken over")
    try world.restart()
    let (fourth, read) = again("aaaaa", "live")
    #expect(read == "word", "a restart of the server")
    #expect(fourth.ask(keys(3, draft: 2, "word ")).errors.isEmpty)
    fourth.drop()
    world.pass(milliseconds: 31_000)
    #expect(world.admission.state(of: .lobby)?.present.isEmpty == true)
    #expect(again("aaaaa", "live").1 == "word", "grace that is over")
    #expect(again("bbbbb", "live").1 == "live", "another tab chooses for itself")
    _ = third
  }
}
