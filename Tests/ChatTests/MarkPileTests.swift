import Chat
import Testing

@Suite struct MarkPileTests {
  private func marks(_ count: Int, _ mark: String = "\u{301}") -> String {
    String(repeating: mark, count: count)
  }

  @Test(arguments: ["\u{301}", "\u{20DD}", "\u{0903}", "\u{FE0F}", "\u{E0101}"])
  func `eight marks upon a base are shown, the ninth is not`(mark: String) {
    for count in [0, 1, 7, 8] {
      #expect(TerminalText.line("a" + marks(count, mark) + "b") == "a" + marks(count, mark) + "b")
    }
    for count in [9, 10, 8_000] {
      #expect(TerminalText.line("a" + marks(count, mark) + "b") == "a" + marks(8, mark) + "b")
    }
  }

  @Test func `each base has a pile of its own, and so has a line's beginning`() {
    let text = marks(9) + "a" + marks(9) + "b" + marks(8) + "\n" + marks(9)
    #expect(
      TerminalText.lines(text) == [marks(8) + "a" + marks(8) + "b" + marks(8), marks(8)])
  }

  @Test(arguments: ["\u{200D}", "\u{200C}", "\u{AD}", "\u{115F}", "\u{2060}", "\u{E0001}"])
  func `nothing invisible lets a pile grow`(between: String) {
    let text = "a" + marks(6) + between + marks(6)
    let shown = TerminalText.line(text).unicodeScalars
    #expect(shown.count { $0 == "\u{301}" } == 8)
  }

  @Test func `what people write stays as it is`() {
    for text in [
      "👨‍👩‍👧‍👦", "🏴\u{E0067}\u{E0062}", "🇩🇪🇫🇷", "1\u{FE0F}\u{20E3}", "e\u{323}\u{302}", "각",
      "\u{1112}\u{1161}\u{11AB}", "ནམ་མཁའ", "ที่ปั๊ม", "שָׁלוֹם", "मनीष", "👩🏽\u{200D}🚀",
    ] where !text.unicodeScalars.contains(where: TerminalText.isUnsafe) {
      #expect(TerminalText.line(text).unicodeScalars.elementsEqual(text.unicodeScalars))
    }
  }

  @Test func `JSON on a terminal keeps every mark, those past the eighth as escapes`() throws {
    var json = JSONWriter()
    json.value("a" + marks(10) + "b")
    let escaped = TerminalText.json(json.bytes)
    #expect(String(decoding: escaped, as: UTF8.self) == "\"a\(marks(8))\\u0301\\u0301b\"")
    let back = try escaped.withUnsafeBytes { try JSONParser.parse($0) }
    #expect(back == .string("a" + marks(10) + "b"))
  }
}
