/// Text from the log as a terminal may see it: nothing in it moves the cursor, changes colours,
/// sets a title or turns the reading direction around.
package enum TerminalText {
  /// One line; line breaks and tabs are escaped too.
  package static func line(_ text: some StringProtocol) -> String {
    guard text.unicodeScalars.contains(where: isUnsafe) else { return String(text) }
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      guard isUnsafe(scalar) else {
        escaped.append(scalar)
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

  /// Still one line, and otherwise as it is: for files and pipes.
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

  /// JSON of the same meaning, with what `isUnsafe` as `\u` escapes.
  package static func json(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(where: { $0 >= 0x7F || $0 < 0x20 }) else { return bytes }
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.unicodeScalars.contains(where: isUnsafe) else { return bytes }
    var escaped: [UInt8] = []
    escaped.reserveCapacity(bytes.count + 64)
    for scalar in text.unicodeScalars {
      if isUnsafe(scalar) {
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
