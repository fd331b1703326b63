/// Text as a word filter reads it: letters without case, accents, fonts and tricks, and the gaps
/// between words.
///
///     "Ｔhe  b\u{0430}\u{0301}d-thing"   ─▶   · t h e · b a d · t h i n g ·
///
/// `·` is ``gap``: the text's ends, and any run of what is no letter or digit. A letter of a script
/// written without spaces, or a symbol, stands between two gaps. Combining marks and what is not
/// seen are left out.
struct FoldedText {
  /// Between words.
  static let gap: UInt32 = 0
  /// A gap with a line break in it; only while a text is read.
  private static let lineBreak: UInt32 = 2

  private(set) var symbols: [UInt32] = []
  /// The same with words put together that a line break or single letters (`b a d`, `b.a.d`) took
  /// apart; nil when nothing of that kind is in it.
  private(set) var joined: [UInt32]?

  /// Folds a text, or a part of one.
  ///
  /// - Parameters:
  ///   - startsText: nothing stands before it; else a word may be cut there.
  ///   - endsText: the same behind it.
  init(_ text: String, startsText: Bool = true, endsText: Bool = true) {
    symbols.reserveCapacity(text.utf8.count + 2)
    if startsText { symbols.append(Self.gap) }
    for scalar in text.unicodeScalars { read(scalar) }
    if endsText { appendGap() }
    joined = join()
    for index in symbols.indices where symbols[index] == Self.lineBreak {
      symbols[index] = Self.gap
    }
  }

  private mutating func read(_ scalar: Unicode.Scalar) {
    switch ScalarFolding.fold(scalar) {
    case .letter(let letter): symbols.append(letter)
    case .letters(let letters): symbols.append(contentsOf: letters)
    case .alone(let letter):
      appendGap()
      symbols.append(letter)
      appendGap()
    case .gap: appendGap()
    case .lineBreak:
      appendGap()
      symbols[symbols.count - 1] = Self.lineBreak
    case .nothing: break
    }
  }

  private mutating func appendGap() {
    if let last = symbols.last, Self.isGap(last) { return }
    symbols.append(Self.gap)
  }

  private static func isGap(_ symbol: UInt32) -> Bool { symbol == gap || symbol == lineBreak }

  /// Whether a letter stands there that may belong to a longer word.
  private func isLetter(_ index: Int) -> Bool {
    symbols.indices.contains(index) && !Self.isGap(symbols[index])
      && symbols[index] & ScalarFolding.aloneBit == 0
  }

  /// Whether the gap at `index` splits what may be one word.
  private func isSeam(_ index: Int) -> Bool {
    guard Self.isGap(symbols[index]), isLetter(index - 1), isLetter(index + 1) else {
      return false
    }
    return symbols[index] == Self.lineBreak || (!isLetter(index - 2) && !isLetter(index + 2))
  }

  private func join() -> [UInt32]? {
    guard let first = symbols.indices.first(where: isSeam) else { return nil }
    var joined = Array(symbols[..<first])
    for index in first..<symbols.count where !isSeam(index) {
      joined.append(symbols[index] == Self.lineBreak ? Self.gap : symbols[index])
    }
    return joined
  }
}
