package import Chat

/// The words that a server does not take, looked for in what a draft would be.
///
/// One word or phrase a line; `#` begins a comment. A word is found as a whole word; `*` at its
/// beginning or end lets it go on there (`*word*`: anywhere). Case, accents, fonts, look-alikes,
/// invisible characters, line breaks inside, and single letters with gaps between change nothing;
/// see ``FoldedText``.
///
/// Aho and Corasick's automaton over the folded symbols, its edges in one open-addressed table: one
/// or two probes a letter, whatever the number of words.
package struct WordFilter: Sendable {
  /// Bytes of a list.
  package static let fileBytes = 1 << 20
  /// Words and phrases of a list.
  package static let wordsMost = 50_000
  /// Symbols of a word or phrase, gaps included.
  static let symbolsMost = 64
  /// Scalars looked at on each side of an edit, at least and at most.
  private static let reachLeast = 64
  private static let reachMost = 256

  package enum Fault: Error, Equatable, Sendable {
    case tooManyWords(line: Int)
    /// Nothing of it is a letter, a digit or a symbol.
    case noWord(line: Int)
    case tooLong(line: Int)
  }

  package private(set) var count = 0
  private var automaton = SymbolAutomaton()
  private var longest = 0

  /// Reads a list.
  package init(_ text: String) throws(Fault) {
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    for (index, line) in lines.enumerated() {
      let content = line.prefix { $0 != "#" }
      guard content.contains(where: { !$0.isWhitespace }) else { continue }
      guard count < Self.wordsMost else { throw .tooManyWords(line: index + 1) }
      try add(content, line: index + 1)
    }
    automaton.finish()
  }

  private mutating func add(_ content: Substring, line: Int) throws(Fault) {
    var word = content.drop { $0.isWhitespace }
    while word.last?.isWhitespace == true { word.removeLast() }
    let isOpenBefore = word.first == "*"
    let isOpenBehind = word.last == "*"
    var symbols = FoldedText(String(word)).symbols[...]
    // The gaps at its ends are the word's boundaries; what stands alone needs none.
    guard symbols.count > 2, let first = symbols.dropFirst().first,
      let last = symbols.dropLast().last
    else { throw .noWord(line: line) }
    if isOpenBefore || first & ScalarFolding.aloneBit != 0 { symbols.removeFirst() }
    if isOpenBehind || last & ScalarFolding.aloneBit != 0 { symbols.removeLast() }
    guard symbols.count <= Self.symbolsMost else { throw .tooLong(line: line) }
    automaton.add(symbols)
    longest = max(longest, symbols.count)
    count += 1
  }

  /// Whether a whole text holds one of the words.
  package func matches(_ text: String) -> Bool { matches(FoldedText(text)) }

  /// Whether a draft would hold one of the words after an edit, near the edit.
  ///
  /// The cost is bounded by the edit, not by the draft: what is far away was looked at before.
  package func matches(_ draft: DraftText, after edit: Edit) -> Bool {
    let reach = min(max(longest * 4, Self.reachLeast), Self.reachMost)
    let around = draft.surroundings(at: edit.at, del: edit.del, reach: reach)
    return matches(
      FoldedText(
        around.before + edit.ins + around.behind, startsText: edit.at <= reach,
        endsText: draft.scalars - edit.at - edit.del <= reach))
  }

  private func matches(_ text: FoldedText) -> Bool {
    automaton.accepts(text.symbols) || text.joined.map { automaton.accepts($0) } ?? false
  }
}
