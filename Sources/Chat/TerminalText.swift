/// Text from the log as people may see it, in a terminal or as plain text: nothing in it moves the
/// cursor, changes colours, sets a title or turns the reading direction around, and no pile of
/// marks covers the lines around it.
package enum TerminalText {
  /// One line; line breaks and tabs are escaped too.
  ///
  /// Of the combining marks upon one base the first ``Limits/shownMarks`` are in it; the rest are
  /// left out.
  package static func line(_ text: some StringProtocol) -> String {
    guard text.unicodeScalars.contains(where: { isUnsafe($0) || $0.value >= 0x300 }) else {
      return String(text)
    }
    var escaped = String.UnicodeScalarView()
    var pile = MarkPile()
    for scalar in text.unicodeScalars {
      let isMark = pile.take(scalar)
      guard isUnsafe(scalar) else {
        if !isMark || pile.height <= Limits.shownMarks { escaped.append(scalar) }
        continue
      }
      switch scalar {
      case "\n": escaped.append(contentsOf: "\\n".unicodeScalars)
      case "\r": escaped.append(contentsOf: "\\r".unicodeScalars)
      case "\t": escaped.append(contentsOf: "\\t".unicodeScalars)
      default:
        escaped.append(
          contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
      }
    }
    return String(escaped)
  }

  /// Still one line, and otherwise as it is, with every mark: for files and pipes.
  package static func joined(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0 == "\n" || $0 == "\r" }) else { return text }
    var joined = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": joined.append(contentsOf: "\\n".unicodeScalars)
      case "\r": joined.append(contentsOf: "\\r".unicodeScalars)
      default: joined.append(scalar)
      }
    }
    return String(joined)
  }

  /// The text's own lines, each escaped; at least one.
  package static func lines(_ text: String) -> [String] {
    // By scalars: CR LF is one character, whose CR is to be shown.
    text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .map { line(String($0)) }
  }

  /// JSON of the same meaning, with what `isUnsafe`, and marks past ``Limits/shownMarks`` upon one
  /// base, as `\u` escapes.
  package static func json(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(where: { $0 >= 0x7F || $0 < 0x20 }) else { return bytes }
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.unicodeScalars.contains(where: { isUnsafe($0) || $0.value >= 0x300 }) else {
      return bytes
    }
    var escaped: [UInt8] = []
    escaped.reserveCapacity(bytes.count + 64)
    var pile = MarkPile()
    for scalar in text.unicodeScalars {
      let isMark = pile.take(scalar)
      if isUnsafe(scalar) || isMark && pile.height > Limits.shownMarks {
        for unit in UTF16.encode(scalar).map(Array.init) ?? [] {
          let digits = String(unit, radix: 16)
          escaped.append(contentsOf: "\\u".utf8)
          escaped.append(contentsOf: String(repeating: "0", count: 4 - digits.count).utf8)
          escaped.append(contentsOf: digits.utf8)
        }
      } else {
        escaped.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
      }
    }
    return escaped
  }

  /// C0, DEL, C1, line and paragraph separators, bidi marks, embeddings, overrides and isolates,
  /// interlinear marks, tags, the byte order mark.
  package static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069,
      0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F:
      true
    default: false
    }
  }
}
