/// The code of a Swift file alone: comments, the insides of strings and of backticks are blanks.
///
/// Every byte keeps its place, so that lines can be counted. Interpolations stay code.
struct SwiftCode {
  struct Word {
    let text: String
    /// From 1.
    let line: Int
    /// Of its first byte and of the byte behind it.
    let start: Int
    let end: Int
  }

  private(set) var bytes: [UInt8]

  private enum Mode {
    case code(parentheses: Int)
    case string(hashes: Int, quotes: Int)
  }

  init(_ text: String) {
    bytes = Array(text.utf8)
    var modes: [Mode] = [.code(parentheses: 0)]
    var at = 0
    while at < bytes.count {
      switch modes[modes.count - 1] {
      case .code(let parentheses):
        at = stepInCode(at, parentheses, &modes)
      case .string(let hashes, let quotes):
        at = stepInString(at, hashes, quotes, &modes)
      }
    }
  }

  private mutating func stepInCode(_ at: Int, _ parentheses: Int, _ modes: inout [Mode]) -> Int {
    switch bytes[at] {
    case UInt8(ascii: "/") where byte(at + 1) == UInt8(ascii: "/"):
      return blank(at, until: { $0.byte($1) == UInt8(ascii: "\n") })
    case UInt8(ascii: "/") where byte(at + 1) == UInt8(ascii: "*"):
      return blankComment(at)
    case UInt8(ascii: "`"):
      let end = blank(at + 1, until: { $0.byte($1) == UInt8(ascii: "`") })
      return end + 1
    case UInt8(ascii: "\""), UInt8(ascii: "#"):
      let hashes = run(of: "#", at)
      let quotes = run(of: "\"", at + hashes)
      if quotes == 0 { return at + max(hashes, 1) }
      if quotes == 2 { return at + hashes + 2 + hashes }
      let opening = quotes >= 3 ? 3 : 1
      modes.append(.string(hashes: hashes, quotes: opening))
      return at + hashes + opening
    case UInt8(ascii: "(") where modes.count > 1:
      modes[modes.count - 1] = .code(parentheses: parentheses + 1)
      return at + 1
    case UInt8(ascii: ")") where modes.count > 1:
      if parentheses == 1 {
        modes.removeLast()
      } else {
        modes[modes.count - 1] = .code(parentheses: parentheses - 1)
      }
      return at + 1
    default:
      return at + 1
    }
  }

  private mutating func stepInString(
    _ at: Int, _ hashes: Int, _ quotes: Int, _ modes: inout [Mode]
  ) -> Int {
    if bytes[at] == UInt8(ascii: "\\"), run(of: "#", at + 1) >= hashes {
      let escaped = at + 1 + hashes
      for place in at..<min(escaped, bytes.count) { bytes[place] = UInt8(ascii: " ") }
      if byte(escaped) == UInt8(ascii: "(") {
        modes.append(.code(parentheses: 1))
      } else if byte(escaped) != UInt8(ascii: "\n"), escaped < bytes.count {
        bytes[escaped] = UInt8(ascii: " ")
      }
      return escaped + 1
    }
    if bytes[at] == UInt8(ascii: "\n") {
      if quotes == 1 { modes.removeLast() }
      return at + 1
    }
    if run(of: "\"", at) >= quotes, run(of: "#", at + quotes) >= hashes {
      modes.removeLast()
      return at + quotes + hashes
    }
    bytes[at] = UInt8(ascii: " ")
    return at + 1
  }

  private mutating func blankComment(_ start: Int) -> Int {
    var depth = 0
    var at = start
    while at < bytes.count {
      let pair = (bytes[at], byte(at + 1))
      if pair == (UInt8(ascii: "/"), UInt8(ascii: "*")) {
        depth += 1
      } else if pair == (UInt8(ascii: "*"), UInt8(ascii: "/")) {
        depth -= 1
      } else {
        if bytes[at] != UInt8(ascii: "\n") { bytes[at] = UInt8(ascii: " ") }
        at += 1
        continue
      }
      bytes[at] = UInt8(ascii: " ")
      bytes[at + 1] = UInt8(ascii: " ")
      at += 2
      if depth == 0 { return at }
    }
    return at
  }

  private mutating func blank(_ start: Int, until isEnd: (Self, Int) -> Bool) -> Int {
    var at = start
    while at < bytes.count, !isEnd(self, at), bytes[at] != UInt8(ascii: "\n") {
      bytes[at] = UInt8(ascii: " ")
      at += 1
    }
    return at
  }

  /// 0 behind the end.
  func byte(_ at: Int) -> UInt8 { at < bytes.count ? bytes[at] : 0 }

  private func run(of character: Unicode.Scalar, _ at: Int) -> Int {
    var end = at
    while byte(end) == UInt8(ascii: character) { end += 1 }
    return end - at
  }

  /// Identifiers, keywords and numbers, in order.
  var words: [Word] {
    var found: [Word] = []
    var line = 1
    var start: Int?
    for at in 0...bytes.count {
      let isInside = Self.isWord(byte(at))
      if let first = start, !isInside {
        let text = String(decoding: bytes[first..<at], as: UTF8.self)
        found.append(Word(text: text, line: line, start: first, end: at))
        start = nil
      } else if start == nil, isInside {
        start = at
      }
      if byte(at) == UInt8(ascii: "\n") { line += 1 }
    }
    return found
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }

  /// The last byte before `at` that is no blank, on the same line.
  func before(_ at: Int) -> UInt8? {
    var place = at - 1
    while place >= 0, bytes[place] == UInt8(ascii: " ") { place -= 1 }
    return place < 0 || bytes[place] == UInt8(ascii: "\n") ? nil : bytes[place]
  }
}
