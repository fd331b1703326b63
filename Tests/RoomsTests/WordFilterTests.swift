import Chat
import Testing

@testable import Rooms

@Suite struct WordFilterTests {
  private func filter(_ lines: String...) throws -> WordFilter {
    try WordFilter(lines.joined(separator: "\n"))
  }

  @Test func `a word is found as a word, and not inside another`() throws {
    let filter = try filter("bad")
    for text in ["bad", "a bad day", "Bad!", "(bad)", "so\nbad", "BAD"] {
      #expect(filter.matches(text), "\(text)")
    }
    for text in ["badge", "forbad", "ba", "b", "", "ad", "b ad", "bäcker"] {
      #expect(!filter.matches(text), "\(text)")
    }
  }

  @Test func `stars let a word go on`() throws {
    let filter = try filter("pre*", "*post", "*any*")
    for text in ["prefix", "compost", "many things"] { #expect(filter.matches(text), "\(text)") }
    for text in ["impress", "poster"] { #expect(!filter.matches(text), "\(text)") }
  }

  @Test(arguments: [
    "b\u{200B}a\u{200D}d", "b\u{0301}a\u{0323}d", "ｂａｄ", "𝐛𝒂𝓭", "ⓑⓐⓓ", "b\u{0430}d", "ba\nd",
    "b a d", "b.a-d", "B\u{00C1}D", "b\u{00AD}ad", "🇧🇦🇩", "bàd", "ƅad bad", "b\na\nd",
  ])
  func `tricks do not get a word past`(_ text: String) throws {
    #expect(try filter("bad").matches("it is \(text) here"), "\(text.unicodeScalars.map(\.value))")
  }

  @Test func `phrases, whatever stands between their words`() throws {
    let filter = try filter("go away")
    for text in ["go away", "Go,  away!", "go\naway", "go-away"] {
      #expect(filter.matches(text), "\(text)")
    }
    #expect(!filter.matches("go far away"))
  }

  @Test func `scripts without spaces, Hangul both ways, marks, ligatures, symbols`() throws {
    let filter = try filter("傻瓜", "한국", "привет", "straße", "卐", "ばか", "فيل", "oﬃce")
    for text in [
      "你是傻瓜吗", "傻 瓜", "\u{1112}\u{1161}\u{11AB}국", "Привет!", "STRASSE", "x卐y", "は\u{3099}か",
      "فيل", "office",
    ] { #expect(filter.matches(text), "\(text)") }
    for text in ["傻", "приветик", "strass"] { #expect(!filter.matches(text), "\(text)") }
  }

  @Test func `comments and empty lines are none; bad lines are named`() throws {
    let filter = try filter("# a list", "", "one # two", "  three  ")
    #expect(filter.count == 2)
    #expect(!filter.matches("two"))
    #expect(throws: WordFilter.Fault.noWord(line: 2)) { try self.filter("a", "...") }
    #expect(throws: WordFilter.Fault.tooLong(line: 1)) {
      try self.filter(String(repeating: "a", count: 80))
    }
    #expect(throws: WordFilter.Fault.tooManyWords(line: WordFilter.wordsMost + 1)) {
      try WordFilter(String(repeating: "a\n", count: WordFilter.wordsMost + 1))
    }
  }

  @Test func `no words match nothing`() throws {
    #expect(try !filter("").matches("anything\n at all"))
  }

  @Test func `many words, each found where it ends another`() throws {
    let filter = try filter("*he*", "*she*", "*his*", "*hers*")
    for text in ["ushers", "this", "ahem"] { #expect(filter.matches(text)) }
    #expect(!filter.matches("sxhi"))
  }

  /// Every way to type a text leads to the same: an edit is refused exactly when the draft, clean
  /// until then, would hold a word.
  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `an edit sees what the whole draft would say`(seed: UInt64) throws {
    var random = Dice(state: seed)
    let filter = try filter("bad", "go away", "*xy*", "лес")
    let letters = Array("badgowyx \n.áлес\u{0301}\u{200B}😀".unicodeScalars)
    var draft = DraftText()
    var refused = 0
    for step in 0..<4_000 {
      let at = Int.random(in: 0...draft.scalars, using: &random)
      let del = Int.random(in: 0...min(2, draft.scalars - at), using: &random)
      var ins = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        ins.append(letters[Int.random(in: letters.indices, using: &random)])
      }
      let edit = Edit(at: at, del: del, ins: String(ins), kind: .type)
      var next = draft
      let fits = next.replace(at: at, del: del, with: edit.ins)
      #expect(fits)
      let found = filter.matches(draft, after: edit)
      #expect(found == filter.matches(next.string), "seed \(seed), step \(step): \(next.string)")
      if found {
        refused += 1
      } else if next.scalars < 200 {
        draft = next
      } else {
        draft = DraftText()
      }
    }
    #expect(refused > 0)
  }
}

/// SplitMix64.
private struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
