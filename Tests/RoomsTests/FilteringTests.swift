import Chat
import LogStore
import Testing

@testable import Rooms

@Suite struct FilteringTests {
  private func world(_ words: String) throws -> World {
    let world = try World()
    world.admission.take(try WordFilter(words))
    return world
  }

  @Test func `a word typed letter by letter is refused at its last letter`() throws {
    let world = try world("bad")
    let mara = world.open()
    _ = mara.hello("aaaaa")
    #expect(mara.ask(keys(1, "b")).errors.isEmpty)
    #expect(mara.ask(keys(2, at: 1, "a")).errors.isEmpty)
    let refused = mara.ask(keys(3, at: 2, "d")).of("error").first
    #expect(refused?.string("code") == "filtered")
    #expect(refused?.integer("expected") == 3)
    #expect(refused?.integer("draft") == 1)
    #expect(mara.ask(keys(3, at: 2, "g")).errors == ["filtered"], "and so is every later edit")
    #expect(mara.ask(#"{"type":"discard","seq":3,"draft":1}"#).errors.isEmpty)
    #expect(mara.ask(#"{"type":"visibility","seq":4,"visibility":"send"}"#).errors.isEmpty)
    #expect(mara.ask(sending(5, draft: 2, "bad")).errors == ["filtered"])
    #expect(mara.ask(sending(5, draft: 2, "good")).errors.isEmpty)
    #expect(world.admission.filteredCount == 3)
    #expect(try !world.publicCopies().contains("\"d\""))
  }

  @Test func `until it is discarded a filtered draft takes no edit, whatever the edit does`() throws
  {
    let world = try world("bad")
    let mara = world.open()
    let token = try #require(mara.hello("aaaaa").of("welcome").first?.string("token"))
    for (index, letter) in ["b", "a"].enumerated() {
      #expect(mara.ask(keys(index + 1, at: index, letter)).errors.isEmpty)
    }
    #expect(mara.ask(keys(3, at: 2, "d")).errors == ["filtered"])
    let end = world.log.state.next
    // One that takes everything back, one that makes it harmless, one elsewhere, one of nothing.
    let harmless = [keys(3, del: 2, ""), keys(3, at: 1, "r"), keys(3, at: 2, " "), keys(3, "")]
    for later in harmless {
      #expect(mara.ask(later).errors == ["filtered"], "\(later)")
    }
    // Nor from the same session over another connection.
    mara.drop()
    let again = world.open()
    _ = again.hello("aaaaa", #","token":"\#(token)""#)
    #expect(again.ask(keys(3, at: 2, "g")).errors == ["filtered"])
    #expect(world.log.state.next == end, "nothing of it is logged")
    #expect(world.admission.filteredCount == 6)
    #expect(again.ask(#"{"type":"discard","seq":3,"draft":1}"#).errors.isEmpty)
    #expect(again.ask(keys(4, draft: 2, "good")).errors.isEmpty, "the next draft is free")
  }

  @Test func `an edit in the middle that makes the word is refused, another draft is free`() throws
  {
    let world = try world("bad")
    let mara = world.open()
    _ = mara.hello("aaaaa")
    #expect(mara.ask(keys(1, "a bxad day")).errors.isEmpty)
    #expect(mara.ask(keys(2, at: 3, del: 1, "")).errors == ["filtered"])
    mara.ask(#"{"type":"discard","seq":2,"draft":1}"#)
    #expect(mara.ask(keys(3, draft: 2, "fine")).errors.isEmpty)
  }

  @Test func `a list that is exchanged judges what stands at the send`() throws {
    let world = try world("bad")
    let mara = world.open()
    _ = mara.hello("aaaaa")
    mara.ask(keys(1, "worse"))
    world.admission.take(try WordFilter("worse"))
    #expect(mara.ask(sending(2)).errors == ["filtered"])
    world.admission.take(nil)
    #expect(mara.ask(sending(2)).errors.isEmpty)
  }
}
