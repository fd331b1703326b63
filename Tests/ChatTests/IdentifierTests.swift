import Chat
import TestSupport
import Testing

@Suite struct IdentifierTests {
  @Test func `identifiers read what they write`() {
    var random = SplitMix(seed: 21)
    for _ in 0..<1_000 {
      let person = ParticipantID(person: random.next())
      #expect(ParticipantID(person.description) == person)
      #expect(person.isPerson)
      let session = SessionID(bits: UInt32(truncatingIfNeeded: random.next()))
      #expect(SessionID(session.description) == session)
    }
    for fixed: ParticipantID in [.companion, .server, .operator] {
      #expect(ParticipantID(fixed.description) == fixed)
      #expect(!fixed.isPerson)
    }
  }

  @Test func `identifiers sort like their bytes`() {
    var random = SplitMix(seed: 22)
    var people = (0..<500).map { _ in ParticipantID(person: random.next()) }
    people += [.companion, .server, .operator]
    let byText = people.map(\.description).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    #expect(people.sorted().map(\.description) == byText)
  }

  @Test(arguments: [
    "", "p", "pabcdefgh234", "pabcdefgh23456", "pabcdefgh2341", "pABCDEFGH2345", "qabcdefgh2345",
    "Companion", "serverx",
  ])
  func `what is no participant is refused`(_ text: String) {
    #expect(ParticipantID(text) == nil)
  }

  @Test(arguments: [
    ("lobby", true), ("a", true), ("0-9", true), (String(repeating: "a", count: 32), true),
    ("", false), ("-a", false), ("Lobby", false), ("a_b", false), ("a/b", false), ("ä", false),
    (String(repeating: "a", count: 33), false),
  ])
  func `a room's name is of the alphabet and of a length`(_ text: String, _ isGood: Bool) {
    #expect((RoomName(text) != nil) == isGood)
  }
}
