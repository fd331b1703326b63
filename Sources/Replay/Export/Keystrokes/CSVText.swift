internal import Chat

/// Text from people as a quoted CSV cell that stays one line and that no program takes for more
/// than text; a reader gets it back by undoing JSON's escapes.
///
///     "            ""     as CSV has it
///     \            \\
///     LF CR TAB    \n \r \t
///     other controls (C0, DEL, C1), U+2028, U+2029, marks that turn the reading direction around
///     or are not seen (as a terminal escapes them)
///                  \u and four hex digits, twice beyond U+FFFF
///     = + - @ and the full-width ones, where a spreadsheet might begin a cell, at the start
///     or behind , ; | ' " or TAB, spaces between
///                  \u and four hex digits
///
/// The last rule is for formulas: a spreadsheet set to another separator splits the quoted text.
enum CSVText {
  /// How many times as many bytes come out as went in, at most.
  static let growthMost = 6

  /// Writes to memory that has `growthMost` times the text's bytes free; returns what is behind.
  @inline(__always)
  static func write(
    _ text: UnsafeRawBufferPointer, at start: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    if text.count == 1, isPlain(text[0]) {
      start.storeBytes(of: text[0], as: UInt8.self)
      return start + 1
    }
    return writeCarefully(text, at: start)
  }

  /// Letters, digits and the space stand for themselves anywhere.
  @inline(__always)
  private static func isPlain(_ byte: UInt8) -> Bool {
    byte &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "A") < 26
      || byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: " ")
  }

  private static func writeCarefully(
    _ text: UnsafeRawBufferPointer, at start: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    var out = start
    var index = 0
    var mayBeginCell = true
    while index < text.count {
      let byte = text[index]
      if isPlain(byte) {
        out.storeBytes(of: byte, as: UInt8.self)
        out += 1
        index += 1
        if byte != UInt8(ascii: " ") { mayBeginCell = false }
        continue
      }
      let (scalar, length) = Self.scalar(text, at: index)
      index += length
      out = write(scalar, mayBeginCell: mayBeginCell, at: out)
      mayBeginCell = separates(scalar)
    }
    return out
  }

  private static func separates(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x22, 0x27, 0x2C, 0x3B, 0x7C, 0x09, 0x0A, 0x0D: true  // " ' , ; | TAB LF CR
    default: false
    }
  }

  private static func beginsFormula(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x3D, 0x2B, 0x2D, 0x40, 0xFF1D, 0xFF0B, 0xFF0D, 0xFF20: true
    default: false
    }
  }

  private static func write(
    _ scalar: UInt32, mayBeginCell: Bool, at start: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    switch scalar {
    case 0x22: return put("\"\"", at: start)
    case 0x5C: return put("\\\\", at: start)
    case 0x0A: return put("\\n", at: start)
    case 0x0D: return put("\\r", at: start)
    case 0x09: return put("\\t", at: start)
    default: break
    }
    guard
      TerminalText.isUnsafe(Unicode.Scalar(scalar) ?? " ")
        || mayBeginCell && beginsFormula(scalar)
    else { return encode(scalar, at: start) }
    guard scalar > 0xFFFF else { return escape(scalar, at: start) }
    let pair = scalar - 0x1_0000
    return escape(0xDC00 | pair & 0x3FF, at: escape(0xD800 | pair >> 10, at: start))
  }

  private static func put(
    _ text: StaticString, at start: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    start.copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    return start + text.utf8CodeUnitCount
  }

  private static func escape(
    _ unit: UInt32, at start: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    var out = put("\\u", at: start)
    for shift in [12, 8, 4, 0] as [UInt32] {
      let digit = UInt8(unit >> shift & 15)
      out.storeBytes(of: digit < 10 ? digit + 0x30 : digit + 0x57, as: UInt8.self)
      out += 1
    }
    return out
  }

  /// The scalar that begins at a byte, and its bytes; what is not UTF-8 reads as U+FFFD.
  private static func scalar(
    _ text: UnsafeRawBufferPointer, at index: Int
  ) -> (scalar: UInt32, length: Int) {
    let first = text[index]
    guard first >= 0x80 else { return (UInt32(first), 1) }
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    guard first >= 0xC2, first < 0xF5, index + length <= text.count else { return (0xFFFD, 1) }
    var scalar = UInt32(first) & (0x7F >> UInt32(length))
    for next in 1..<length {
      guard text[index + next] & 0xC0 == 0x80 else { return (0xFFFD, 1) }
      scalar = scalar << 6 | UInt32(text[index + next] & 0x3F)
    }
    return Unicode.Scalar(scalar) == nil ? (0xFFFD, 1) : (scalar, length)
  }

  private static func encode(
    _ scalar: UInt32, at start: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    var out = start
    guard let encoded = UTF8.encode(Unicode.Scalar(scalar) ?? "\u{FFFD}") else { return out }
    for byte in encoded {
      out.storeBytes(of: byte, as: UInt8.self)
      out += 1
    }
    return out
  }
}
