/// Visitors' words on their way into a prompt.
enum SpokenText {
  /// A name without what could break out of its line: control, format and bidi characters, line
  /// ends, and the colon that ends it.
  static func name(_ name: String) -> String {
    var clean = String.UnicodeScalarView()
    for scalar in name.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
        .unassigned:
        continue
      default: clean.append(scalar == ":" ? " " : scalar)
      }
    }
    let words = String(clean).split(whereSeparator: \.isWhitespace)
    return words.isEmpty ? "Somebody" : words.joined(separator: " ")
  }

  /// The marks with which chat templates tell roles apart, and which a tokenizer may take for its
  /// own wherever they stand.
  private static let marks = [
    "<|", "<s>", "</s>", "<start_of_turn>", "<end_of_turn>", "[INST]", "[/INST]", "<<SYS>>",
    "<</SYS>>", "<｜", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]",
  ].map { Array($0.utf8) }

  /// The text with a space inside every such mark, so that it stays text.
  static func text(_ text: String) -> String {
    let bytes = Array(text.utf8)
    guard bytes.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "[") }) else {
      return text
    }
    var safe: [UInt8] = []
    for index in bytes.indices {
      safe.append(bytes[index])
      if marks.contains(where: { bytes[index...].starts(with: $0) }) {
        safe.append(UInt8(ascii: " "))
      }
    }
    return String(decoding: safe, as: UTF8.self)
  }
}
