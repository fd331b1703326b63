import Testing

@testable import Companion

@Suite struct TokenEstimateTests {
  @Test(arguments: [
    ("", 0), ("a", 1), ("abc", 1), ("abcd", 2), ("the cat", 2), ("the  cat", 3), ("1234", 4),
    ("a, b.", 4), ("é", 2), ("日本", 6), ("👍", 4), ("\n\n", 2), ("don't", 3),
    ("HELLO", 5), ("Hello", 2), ("abcdefghijklmnop", 8),
  ])
  func `a text costs rather too many tokens than too few`(text: String, tokens: Int) {
    #expect(TokenEstimate.tokens(in: text) == tokens)
  }

  @Test func `a beginning is the longest that fits, and whole characters only`() {
    let text = "the cat 日本 👍 end"
    for most in 0...TokenEstimate.tokens(in: text) {
      let fitting = TokenEstimate.prefix(of: text, tokens: most)
      #expect(text.hasPrefix(fitting) || fitting.isEmpty)
      #expect(TokenEstimate.tokens(in: fitting) <= most)
    }
    #expect(TokenEstimate.prefix(of: text, tokens: 1_000) == text)
  }
}
