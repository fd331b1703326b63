/// One line of text from the log, fit to be shown.
enum TerminalLine {
  /// Nothing in it moves the cursor, changes colours or turns the reading direction around.
  static func escaped(_ text: String) -> String { escaping(text, where: isUnsafe) }

  /// Still one line, and otherwise as it is.
  static func joined(_ text: String) -> String {
    escaping(text) { $0 == "\n" || $0 == "\r" }
  }

  /// JSON of the same meaning, with `\u` escapes for what a terminal would act on.
  static func json(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(where: { $0 >= 0x7F }) else { return bytes }
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.unicodeScalars.contains(where: isUnsafe) else { return bytes }
    var line = ""
    for scalar in text.unicodeScalars {
      guard isUnsafe(scalar) else {
        line.unicodeScalars.append(scalar)
        continue
      }
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16)
        line += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return Array(line.utf8)
  }

  private static func escaping(
    _ text: String, where isEscaped: (Unicode.Scalar) -> Bool
  ) -> String {
    guard text.unicodeScalars.contains(where: isEscaped) else { return text }
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      guard isEscaped(scalar) else {
        line.append(scalar)
        continue
      }
      switch scalar {
      case "\n": line.append(contentsOf: "\\n".unicodeScalars)
      case "\r": line.append(contentsOf: "\\r".unicodeScalars)
      case "\t": line.append(contentsOf: "\\t".unicodeScalars)
      default:
        line.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
      }
    }
    return String(line)
  }

  /// C0, DEL, C1, line and paragraph separators, bidi controls, the byte order mark, tags.
  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069,
      0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F:
      true
    default: false
    }
  }
}
