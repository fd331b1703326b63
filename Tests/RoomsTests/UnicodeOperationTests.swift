import Chat
import LogStore
import Projector
import TestSupport
import Testing

@testable import Rooms

/// Positions are Unicode scalars, for everybody and everywhere.
@Suite struct UnicodeOperationTests {
  private static let operations = 10_000
  /// Pieces whose characters, scalars, UTF-16 units and bytes are all different in number.
  private static let pieces = [
    "a", "é", "e\u{301}", "z\u{301}\u{302}\u{303}", "\u{301}", "🇵🇱", "\u{1F1F5}", "👩‍👩‍👧‍👦",
    "\u{200D}", "👩🏽", "\u{1F3FD}", "1\u{FE0F}\u{20E3}", "한", "\u{1112}\u{1161}\u{11AB}",
    "\u{1161}", "שָׁ", "กำ", "🌊", "\u{10FFFF}", "\u{0}", "\u{202E}", "\r\n", "",
  ]

  /// One of three people: their socket, and the draft as they believe it to be.
  private struct Person {
    let client: Client
    let by: ParticipantID
    var seq = 1
    var draft = 1
    var scalars: [Unicode.Scalar] = []
    /// Outside: a position or a length beyond the draft.
    var refusals = 0
    var refused = 0
  }

  /// The rooms as one who only listens makes them out of events alone.
  private struct Reader {
    var drafts: [String: [Unicode.Scalar]] = [:]
    var messages: [String] = []

    mutating func read(_ event: JSONObject) throws {
      let by = try #require(event.string("by"))
      switch event.string("type") {
      case "draft.edited":
        let at = Int(try #require(event.integer("at")))
        let del = Int(try #require(event.integer("del")))
        let ins = try #require(event.string("ins"))
        drafts[by, default: []].replaceSubrange(at..<(at + del), with: ins.unicodeScalars)
      case "draft.discarded": drafts[by] = nil
      case "message.sent":
        let text = try #require(event.string("text"))
        #expect(isSame(text, drafts[by] ?? []))
        drafts[by] = nil
        messages.append(text)
      default: break
      }
    }
  }

  @Test func `ten thousand edits by three people are the same text everywhere`() throws {
    let seed: UInt64 = 46
    var random = SplitMix(seed: seed)
    let world = try World()
    let watcher = world.open()
    _ = watcher.hello("wwwww", #","watch":true"#)
    var people: [Person] = []
    for session in ["aaaaa", "bbbbb", "ccccc"] {
      let client = world.open()
      let by = try world.participant(client.hello(session))
      people.append(Person(client: client, by: by))
    }
    var reader = Reader()
    var sent: [String] = []
    for step in 1...Self.operations {
      let index = Int(random.next() % 3)
      if let message = act(&people[index], &random) { sent.append(message) }
      guard step.isMultiple(of: 64) || step == Self.operations else { continue }
      world.settle()
      take(&people, seed)
      for event in watcher.take().events { try reader.read(event) }
      try compare(people, reader, world, "seed \(seed), step \(step)")
    }
    #expect(people.allSatisfy { $0.refusals > 100 }, "seed \(seed)")
    #expect(reader.messages.elementsEqual(sent) { isSame($0, Array($1.unicodeScalars)) })
    try compareCopies(world, people, "seed \(seed)")
  }

  /// Does one thing, in the draft and by words; returns the message if it was sent.
  private func act(_ person: inout Person, _ random: inout SplitMix) -> String? {
    let length = person.scalars.count
    let drawn = random.next() % 100
    if drawn < 2, length > 0 {
      let text = person.scalars.reduce(into: "") { $0.unicodeScalars.append($1) }
      person.client.say(sending(person.seq, draft: person.draft))
      end(&person)
      return text
    }
    if drawn < 3, length > 0 {
      person.client.say(#"{"type":"discard","seq":\#(person.seq),"draft":\#(person.draft)}"#)
      end(&person)
      return nil
    }
    let ins = Self.pieces.randomElement(using: &random) ?? "a"
    if drawn < 10 {
      // Refused, consumes no `seq`, and has to change nothing; whatever counts in UTF-16 units or
      // bytes would find it inside.
      let isLong = random.next() % 2 == 0
      let (at, del) = isLong ? (length, 1) : (length + 1 + Int(random.next() % 4), 0)
      person.client.say(edit(person, at, del, ins))
      person.refusals += 1
      return nil
    }
    let at = Int(random.next() % UInt64(length + 1))
    let most = length > 60 ? 40 : 4
    let del = Int(random.next() % UInt64(min(most, length - at) + 1))
    person.client.say(edit(person, at, del, ins))
    person.scalars.replaceSubrange(at..<(at + del), with: ins.unicodeScalars)
    person.seq += 1
    return nil
  }

  private func end(_ person: inout Person) {
    person.seq += 1
    person.draft += 1
    person.scalars = []
  }

  private func edit(_ person: Person, _ at: Int, _ del: Int, _ ins: String) -> String {
    var json = JSONWriter()
    json.begin(type: "edit")
    json.field("seq", person.seq)
    json.field("draft", person.draft)
    json.field("at", at)
    json.field("del", del)
    json.field("ins", ins)
    json.field("kind", "type")
    json.endObject()
    return String(decoding: json.bytes, as: UTF8.self)
  }

  /// Nothing but positions outside the draft was refused, as often as they were said.
  private func take(_ people: inout [Person], _ seed: UInt64) {
    for index in people.indices {
      let errors = people[index].client.take().errors
      #expect(errors.allSatisfy { $0 == "outside_draft" }, "seed \(seed): \(errors)")
      people[index].refused += errors.count
      #expect(people[index].refused == people[index].refusals, "seed \(seed)")
    }
  }

  private func compare(
    _ people: [Person], _ reader: Reader, _ world: World, _ place: Comment
  ) throws {
    let state = try #require(world.admission.state(of: .lobby))
    for person in people {
      #expect(isSame(text(of: person, in: state), person.scalars), place)
      #expect(reader.drafts["\(person.by)", default: []] == person.scalars, place)
    }
  }

  private func text(of person: Person, in state: RoomState) -> String {
    state.openDrafts.first { $0.by == person.by }?.text.string ?? ""
  }

  /// A newcomer's snapshot, JSON over HTTP, and what a restart makes of the log.
  private func compareCopies(_ world: World, _ people: [Person], _ place: Comment) throws {
    let snapshot = world.open().hello("nnnnn", #","watch":true"#).of("snapshot")[0]
    let record = PublicRecord(
      admission: world.admission,
      history: History(log: world.log, options: world.admission.options, checkpoints: nil))
    let bytes = try record.transcriptJSON(of: .lobby, at: nil)
    guard case .object(let transcript) = try bytes.withUnsafeBytes({ try JSONParser.parse($0) })
    else { throw World.WorldError() }
    let digest = try #require(world.admission.state(of: .lobby)).digest
    for person in people {
      for copy in [snapshot, transcript] {
        let draft = (copy.array("drafts") ?? []).compactMap { value -> JSONObject? in
          if case .object(let draft) = value { draft } else { nil }
        }.first { $0.string("by") == "\(person.by)" }
        #expect(isSame(draft?.string("text") ?? "", person.scalars), place)
      }
    }
    try world.restart()
    let state = try #require(world.admission.state(of: .lobby))
    #expect(state.digest == digest, place)
    for person in people { #expect(isSame(text(of: person, in: state), person.scalars), place) }
  }
}

/// By scalars: `==` of strings takes canonically equivalent texts for the same.
private func isSame(_ text: String, _ scalars: [Unicode.Scalar]) -> Bool {
  text.unicodeScalars.elementsEqual(scalars)
}
