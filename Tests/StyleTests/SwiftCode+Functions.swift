extension SwiftCode {
  struct Function {
    let name: String
    /// Of its keyword, from 1.
    let line: Int
    /// From the keyword's line to that of the closing brace, both counted.
    let length: Int
  }

  /// Functions, initialisers and subscripts that have a body.
  var functions: [Function] {
    let words = words
    return words.indices.compactMap { index in
      let word = words[index]
      guard ["func", "init", "deinit", "subscript"].contains(word.text),
        isDeclaration(word), let end = endOfBody(from: word.end)
      else { return nil }
      let named = word.text == "func" && index + 1 < words.count ? words[index + 1].text : word.text
      let newlines = bytes[word.start..<end].count { $0 == UInt8(ascii: "\n") }
      return Function(name: named, line: word.line, length: newlines + 1)
    }
  }

  /// `.init(…)`, `self.init` and a trailing `init:` are uses, not declarations.
  private func isDeclaration(_ word: Word) -> Bool {
    if word.text == "func" { return true }
    let previous = before(word.start)
    guard previous != UInt8(ascii: ".") else { return false }
    if word.text == "deinit" { return true }
    var next = word.end
    while byte(next) == UInt8(ascii: " ") { next += 1 }
    return [UInt8(ascii: "("), UInt8(ascii: "<"), UInt8(ascii: "?"), UInt8(ascii: "!")]
      .contains(byte(next))
  }

  /// Behind the brace that closes the body, or nil for a requirement without one.
  private func endOfBody(from start: Int) -> Int? {
    var at = start
    var nested = 0
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "("), UInt8(ascii: "["): nested += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"): nested -= 1
      case UInt8(ascii: "{"):
        let end = endOfBraces(from: at)
        if nested == 0 { return end }
        at = end
        continue
      case UInt8(ascii: "}"): return nil
      case UInt8(ascii: "\n") where nested == 0 && !signatureGoesOn(behind: at): return nil
      default: break
      }
      if nested < 0 { return nil }
      at += 1
    }
    return nil
  }

  private func endOfBraces(from opening: Int) -> Int {
    var depth = 0
    for at in opening..<bytes.count {
      if bytes[at] == UInt8(ascii: "{") { depth += 1 }
      if bytes[at] == UInt8(ascii: "}") {
        depth -= 1
        if depth == 0 { return at + 1 }
      }
    }
    return bytes.count
  }

  private func signatureGoesOn(behind newline: Int) -> Bool {
    var at = newline
    while [UInt8(ascii: " "), UInt8(ascii: "\n")].contains(byte(at)) { at += 1 }
    let rest = String(decoding: bytes[at..<min(at + 8, bytes.count)], as: UTF8.self)
    return ["{", "->", "where", "throws", "async", "(", ")"].contains { rest.hasPrefix($0) }
  }
}
