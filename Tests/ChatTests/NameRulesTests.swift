import Chat
import Testing

@Suite struct NameRulesTests {
  @Test(arguments: [
    "Ada", "ada lovelace", "Łukasz", "李雷", "Оля", "Ωmega", "💜", "❤️ heart", "x", "Dr. No",
    "companionship", "observer", "servers", "operators", "the operator", "r0b0t", "Εrnie",
    "ปลา", "a\u{301}nn", "companero",
  ])
  func `an ordinary name is taken as it is`(name: String) {
    #expect(NameRules.accept(name) == .success(name))
  }

  @Test func `white space around a name goes`() {
    #expect(NameRules.accept("  Ada \u{3000}") == .success("Ada"))
    #expect(NameRules.accept("\tAda\n") == .success("Ada"))
  }

  @Test(arguments: ["", " ", "\u{3000}\u{00A0}", "\u{2800}", "\u{2800} \u{2800}", "\u{301}"])
  func `a name that shows nothing is blank`(name: String) {
    #expect(NameRules.accept(name) == .failure(.blank))
  }

  @Test func `thirty-two scalars are a name, one more is not`() {
    #expect(NameRules.accept(String(repeating: "é", count: 32)).isSuccess)
    #expect(NameRules.accept(String(repeating: "é", count: 33)) == .failure(.tooLong(limit: 32)))
    #expect(NameRules.accept(" " + String(repeating: "z", count: 32) + " ").isSuccess)
  }

  @Test(arguments: ["\u{301}", "\u{0903}", "\u{20DD}"])
  func `four marks upon a letter are a name, five are not`(mark: String) {
    let four = String(repeating: mark, count: 4)
    #expect(NameRules.accept("a\(four)b\(four)").isSuccess)
    #expect(NameRules.accept("a\(four)\(mark)") == .failure(.piled(limit: 4)))
    #expect(NameRules.accept("ab\(four)\(mark)c") == .failure(.piled(limit: 4)))
  }

  @Test(arguments: [
    "a\u{0}b", "a\nb", "a\u{7F}b", "a\u{85}b", "a\u{AD}b", "a\u{200B}b", "a\u{200D}b",
    "a\u{200E}b", "a\u{202E}b", "a\u{2066}b", "a\u{2060}b", "a\u{FEFF}b", "a\u{2028}b",
    "a\u{3164}b", "a\u{115F}b", "a\u{E000}b", "a\u{E0041}b", "a\u{FE0F}b", "a\u{34F}b",
  ])
  func `an invisible or turning character is refused by name`(name: String) {
    let hidden = name.unicodeScalars[
      name.unicodeScalars.index(after: name.unicodeScalars.startIndex)]
    #expect(NameRules.accept(name) == .failure(.invisible(hidden)))
  }

  @Test(arguments: [
    ("companion", "companion"), ("Companion", "companion"), ("COMPANION", "companion"),
    ("соmраniоn", "companion"), ("ϲοmραηιοη", "companion"), ("c0mpan1on", "companion"),
    ("c o m p a n i o n", "companion"), ("c.o-m_p'a·n i/o n", "companion"),
    ("cómpañíön", "companion"), ("c\u{301}ompanion", "companion"), ("Companlon", "companion"),
    ("COMPANIΟN", "companion"), ("cornpanion", "companion"), ("ｃｏｍｐａｎｉｏｎ", "companion"),
    ("𝐜𝐨𝐦𝐩𝐚𝐧𝐢𝐨𝐧", "companion"), ("ⓒⓞⓜⓟⓐⓝⓘⓞⓝ", "companion"), ("companion!!!", "companion"),
    ("~companion~", "companion"), ("comp@ni*n", "companion"), ("commpanionn", "companion"),
    ("🅲🅾🅼🅿🅰🅽🅸🅾🅽", "companion"), ("Ｓｅｒｖｅｒ", "server"), ("$3rv3r", "server"),
    ("ѕеrvеr", "server"), ("[server]", "server"), ("s e r v e r", "server"), ("ꜱᴇʀᴠᴇʀ", "server"),
    ("0perat0r", "operator"), ("Орerаtor", "operator"), ("OPERATOR ✓", "operator"),
    ("ορεrατοr", "operator"), ("øperåtør", "operator"), ("op3r@t0r", "operator"),
  ])
  func `a reserved name is refused however it is dressed`(name: String, word: String) {
    #expect(NameRules.accept(name) == .failure(.reserved(word)))
  }

  @Test func `a fault says in words what to change`() {
    #expect(NameFault.invisible("\u{B}").words.contains("U+000B"))
    #expect(NameFault.reserved("server").words.contains("'server'"))
  }
}

extension Result {
  fileprivate var isSuccess: Bool {
    if case .success = self { true } else { false }
  }
}
