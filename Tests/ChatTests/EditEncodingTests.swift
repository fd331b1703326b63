import Chat
import Testing

/// Edits are written and read by ways of their own; they mean what all others mean.
@Suite struct EditEncodingTests {
  private static let numbers: [Int64] =
    [0, 1, 9] + (1...15).flatMap { [power($0) - 1, power($0), power($0) + 1] } + [Limits.integer]

  private static func power(_ digits: Int) -> Int64 {
    (0..<digits).reduce(1) { number, _ in number * 10 }
  }

  private func event(
    _ number: Int64, ins: String = "a", kind: EditKind = .type
  ) -> Event {
    let author = Author(
      by: ParticipantID(person: UInt64(number)), session: SessionID(bits: UInt32(number % 9_999)),
      seq: number)
    return .draftEdited(
      author, draft: number, Edit(at: Int(number), del: Int(number), ins: ins, kind: kind))
  }

  @Test(arguments: numbers) func `numbers of every length are read back`(number: Int64) throws {
    let event = event(number)
    let json = event.canonicalJSON
    #expect(try Event.decode(json) == event)
    let read = json.withUnsafeBytes { bytes in
      EditView(bytes).map { ($0.author.seq, $0.draft, Int64($0.at), Int64($0.del)) }
    }
    #expect(try #require(read) == (number, number, number, number))
  }

  @Test(arguments: EditKind.allCases) func `every kind is read back`(kind: EditKind) throws {
    #expect(try Event.decode(event(7, kind: kind).canonicalJSON) == event(7, kind: kind))
    #expect(Array(kind.rawValue.utf8).withUnsafeBytes { EditKind(utf8: $0) } == kind)
  }

  @Test(arguments: ["", "typ", "types", "cat", "comp", "undone", "x", "delete\u{0}"])
  func `what is no kind names none`(text: String) {
    #expect(Array(text.utf8).withUnsafeBytes { EditKind(utf8: $0) } == nil)
  }

  @Test(arguments: ["", "\"", "\\", "\u{7F}", "\u{0}", "~ ", "ä", "日本", "👍🏽", "\u{2028}", "a\nb"])
  func `text with and without escapes is read back`(text: String) throws {
    let json = event(3, ins: text).canonicalJSON
    #expect(try Event.decode(json) == event(3, ins: text))
    #expect(!json.contains { $0 < 0x20 || $0 == 0x7F })
  }

  @Test func `what needs no escape is written like all else`() {
    var json = JSONWriter()
    json.begin(type: "draft.edited")
    json.field("by", ParticipantID(person: 5))
    json.field("session", SessionID(bits: 5))
    json.field("seq", Int64(5))
    json.field("draft", Int64(5))
    json.field("at", 5)
    json.field("del", 5)
    json.field("ins", "plain")
    json.field("kind", "type")
    json.endObject()
    #expect(event(5, ins: "plain").canonicalJSON == json.bytes)
  }
}
