/// How many tokens a text may cost a model, without its tokenizer: rather too many than too few.
///
/// Tokenizers differ; most take a short word with the space before it as one token, spell out
/// digits and marks, and fall back to bytes for what they do not know.
package enum TokenEstimate {
  /// Tokens around each turn: its role and its ends.
  package static let perTurn = 8
  /// ASCII letters of a word's first token, and of each further one.
  private static let letters = 3
  /// Letters of a word behind which each is a token: it is in no vocabulary.
  private static let wordLetters = 12

  package static func tokens(in text: some StringProtocol) -> Int {
    text.unicodeScalars.reduce(into: Count()) { $0.take($1) }.tokens
  }

  /// The longest beginning of `text` that costs at most `most` tokens.
  package static func prefix(of text: String, tokens most: Int) -> String {
    var count = Count()
    var end = text.unicodeScalars.startIndex
    while end < text.unicodeScalars.endIndex {
      count.take(text.unicodeScalars[end])
      guard count.tokens <= most else { break }
      end = text.unicodeScalars.index(after: end)
    }
    return String(text.unicodeScalars[..<end])
  }

  private struct Count {
    var tokens = 0
    /// Letters of the word so far.
    private var run = 0
    private var followsSpace = false

    init() {}

    mutating func take(_ scalar: Unicode.Scalar) {
      switch scalar {
      case "a"..."z", "A"..."Z":
        let isUnusual = run >= TokenEstimate.wordLetters || run > 0 && scalar.value < 0x61
        if isUnusual || run % TokenEstimate.letters == 0 { tokens += 1 }
        run += 1
        followsSpace = false
      case " ":
        // The first space goes with the word behind it.
        if followsSpace { tokens += 1 }
        run = 0
        followsSpace = true
      default:
        tokens += scalar.isASCII ? 1 : UTF8.width(scalar)
        run = 0
        followsSpace = false
      }
    }
  }
}
