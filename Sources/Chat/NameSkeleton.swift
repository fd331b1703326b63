/// What a name looks like: two names with one skeleton are hard to tell apart.
///
/// Case, accents, fonts, spaces and punctuation go; letters of other scripts and digits become
/// the Latin letters they resemble; `l` and `i` become one, so do `m` and `rn`; doubled letters
/// count once. It is made for the few reserved names, and knows only look-alikes of their letters.
enum NameSkeleton {
  /// The reserved name that `name` passes for.
  static func reservedWord(in name: String) -> String? {
    for readsSymbols in [false, true] {
      let skeleton = Self.skeleton(name, readsSymbols: readsSymbols)
      if let word = words[skeleton] { return word }
    }
    return nil
  }

  private static let words: [[UInt8]: String] = Dictionary(
    NameRules.reserved.map { (skeleton($0, readsSymbols: false), $0) },
    uniquingKeysWith: { first, _ in first })

  /// `readsSymbols`: whether `$`, `@`, `!` and the like stand for letters or are left out.
  private static func skeleton(_ name: String, readsSymbols: Bool) -> [UInt8] {
    var letters: [UInt8] = []
    for scalar in name.unicodeScalars {
      guard let letter = letter(scalar, readsSymbols: readsSymbols) else { continue }
      if letter == UInt8(ascii: "n"), letters.last == UInt8(ascii: "r") {
        letters.removeLast()
        append(UInt8(ascii: "m"), to: &letters)
      } else {
        append(letter, to: &letters)
      }
    }
    return letters
  }

  private static func append(_ letter: UInt8, to letters: inout [UInt8]) {
    if letters.last != letter { letters.append(letter) }
  }

  private static func letter(_ scalar: Unicode.Scalar, readsSymbols: Bool) -> UInt8? {
    let found: UInt8?
    switch scalar {
    case "a"..."z": found = UInt8(ascii: scalar)
    case "A"..."Z": found = UInt8(ascii: scalar) | 0x20
    case "0"..."9": found = digits[Int(scalar.value - 0x30)]
    default:
      found =
        lookAlikes[scalar] ?? (readsSymbols ? symbols[scalar] : nil)
        ?? (scalar.isASCII ? nil : Self.namedLetter(scalar))
    }
    return found == UInt8(ascii: "l") ? UInt8(ascii: "i") : found
  }

  private static let digits = Array("oizeasgtbg".utf8)

  /// The Latin letter in a scalar's Unicode name: `FULLWIDTH LATIN SMALL LETTER A`,
  /// `LATIN SMALL LETTER E WITH ACUTE`, `MATHEMATICAL BOLD CAPITAL S`, `CIRCLED DIGIT ZERO`.
  private static func namedLetter(_ scalar: Unicode.Scalar) -> UInt8? {
    guard let name = scalar.properties.name else { return nil }
    let words = name.split(separator: " ")
    var before: Substring = ""
    for word in words.prefix(while: { $0 != "WITH" }) {
      if word.utf8.count == 1, let byte = word.utf8.first, (0x41...0x5A).contains(byte),
        before == "LETTER" || before == "SMALL" || before == "CAPITAL" || before == "OPEN"
          || before == "DOTLESS" || before == "SCRIPT"
      {
        return words.contains { foreign.contains($0) } ? nil : byte | 0x20
      }
      before = word
    }
    guard let digit = words.firstIndex(of: "DIGIT"), digit + 1 < words.count,
      let value = numerals.firstIndex(of: String(words[digit + 1]))
    else { return nil }
    return digits[value]
  }

  /// Scripts whose letters are named by one Latin letter without looking like it.
  private static let foreign: Set<Substring> = ["CYRILLIC", "GREEK", "HANGUL", "KATAKANA", "YI"]
  private static let numerals = [
    "ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE",
  ]

  private static let lookAlikes = table([
    "a": "аАαΑɑᎪꓮ", "c": "сСϲϹςⅽⅭᏟꓚ©", "e": "еЕэЭεΕєЄᎬꓰℯ", "i": "іІїЇıιΙⅰⅠӀӏǀᎥꓲ",
    "m": "мМΜⅿⅯᎷꓟ", "n": "пПиИηΝꓠոռ", "o": "оОοΟσօՕഠ๐໐〇ⲟꓳ◯○●", "p": "рРρΡᏢꓑ",
    "r": "гГᎡᏒꓣꭇ®", "s": "ѕЅꓢᏚՏ", "t": "тТτΤᎢꓔ†", "v": "ѵѴνⅴⅤᏙꓦ∨",
  ])

  private static let symbols = table([
    "a": "@∀", "c": "¢(<[{", "e": "€", "i": "!|¡", "o": "°*", "s": "$§", "t": "+", "v": "^",
  ])

  private static func table(_ rows: [Unicode.Scalar: String]) -> [Unicode.Scalar: UInt8] {
    var table: [Unicode.Scalar: UInt8] = [:]
    for (letter, scalars) in rows {
      for scalar in scalars.unicodeScalars { table[scalar] = UInt8(ascii: letter) }
    }
    return table
  }
}
