internal import Chat

/// A pull reader over JSON text: what is asked for is read, the rest is skipped, no tree is built.
///
/// It is strict in structure and lenient in what it skips: the inside of a skipped value is only
/// balanced, since the log's bytes are carried and not judged here. It never reads past the end.
struct JSONScanner {
  let bytes: UnsafeRawBufferPointer
  private(set) var position = 0

  /// Brackets that may be open at a time in a skipped value.
  static let depthMost = 64

  @inline(__always)
  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  @inline(__always)
  mutating func skipSpace() {
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      position += 1
    }
  }

  /// The next byte that is no white space.
  @inline(__always)
  mutating func peek() throws(WireError) -> UInt8 {
    skipSpace()
    guard position < bytes.count else { throw .unfinished }
    return bytes[position]
  }

  @inline(__always)
  mutating func expect(_ byte: UInt8) throws(WireError) {
    guard try peek() == byte else { throw .unexpected(position: position) }
    position += 1
  }

  /// Enters an object or array; false when it is empty (and already left).
  @inline(__always)
  mutating func enter(_ open: UInt8, _ close: UInt8) throws(WireError) -> Bool {
    try expect(open)
    guard try peek() == close else { return true }
    position += 1
    return false
  }

  mutating func enterObject() throws(WireError) -> Bool {
    try enter(UInt8(ascii: "{"), UInt8(ascii: "}"))
  }

  mutating func enterArray() throws(WireError) -> Bool {
    try enter(UInt8(ascii: "["), UInt8(ascii: "]"))
  }

  /// After an element: true when another follows, false when the list was left.
  @inline(__always)
  mutating func another(_ close: UInt8) throws(WireError) -> Bool {
    let byte = try peek()
    guard byte == close || byte == UInt8(ascii: ",") else {
      throw .unexpected(position: position)
    }
    position += 1
    return byte != close
  }

  mutating func anotherMember() throws(WireError) -> Bool { try another(UInt8(ascii: "}")) }
  mutating func anotherElement() throws(WireError) -> Bool { try another(UInt8(ascii: "]")) }

  /// A member's name, escapes unread, and the colon behind it.
  @inline(__always)
  mutating func name() throws(WireError) -> UnsafeRawBufferPointer {
    let range = try stringRange()
    try expect(UInt8(ascii: ":"))
    return UnsafeRawBufferPointer(rebasing: bytes[range])
  }

  /// A string; escapes are resolved, lone surrogates and bad UTF-8 refused.
  mutating func string() throws(WireError) -> String {
    skipSpace()
    let start = position
    let range = try stringRange()
    if !bytes[range].contains(UInt8(ascii: "\\")),
      let text = String(validating: bytes[range], as: UTF8.self)
    {
      return text
    }
    let quoted = UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    guard case .string(let text)? = try? JSONParser.parse(quoted) else {
      throw .badString(position: start)
    }
    return text
  }

  /// The bytes between a string's quotes.
  @inline(__always)
  mutating func stringRange() throws(WireError) -> Range<Int> {
    try expect(UInt8(ascii: "\""))
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        position += 1
        return start..<position - 1
      }
      guard byte >= 0x20 else { throw .unexpected(position: position) }
      position += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    position = bytes.count
    throw .unfinished
  }

  /// An integer −2^53…2^53 without point or exponent.
  @inline(__always)
  mutating func integer() throws(WireError) -> Int64 {
    let negative = try peek() == UInt8(ascii: "-")
    if negative { position += 1 }
    let start = position
    var value: Int64 = 0
    while position < bytes.count {
      let digit = bytes[position] &- UInt8(ascii: "0")
      if digit > 9 { break }
      guard position - start < 16 else { throw .badNumber(position: start) }
      value = value * 10 + Int64(digit)
      position += 1
    }
    guard position > start, value <= Limits.integer else { throw .badNumber(position: start) }
    if position < bytes.count {
      let next = bytes[position]
      guard next != UInt8(ascii: "."), next | 0x20 != UInt8(ascii: "e") else {
        throw .badNumber(position: start)
      }
    }
    return negative ? -value : value
  }

  /// Skips one value of any kind; its bytes.
  @inline(__always)
  mutating func skipValue() throws(WireError) -> Range<Int> {
    let first = try peek()
    let start = position
    switch first {
    case UInt8(ascii: "\""):
      _ = try stringRange()
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      try skipBrackets()
    default:
      while position < bytes.count, !Self.endsWord(bytes[position]) { position += 1 }
      guard position > start else { throw .unexpected(position: start) }
    }
    return start..<position
  }

  private mutating func skipBrackets() throws(WireError) {
    var depth = 0
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        _ = try stringRange()
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        guard depth <= Self.depthMost else { throw .tooDeep(position: position) }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
      default: break
      }
      position += 1
      if depth == 0 { return }
    }
    throw .unfinished
  }

  private static func endsWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ":"),
      UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["), 0...0x20:
      true
    default: false
    }
  }
}

/// Why bytes are no message of the protocol, and at which byte.
package enum WireError: Error, Equatable, Sendable {
  case unfinished
  case unexpected(position: Int)
  case tooDeep(position: Int)
  case badString(position: Int)
  case badNumber(position: Int)
  /// A field this version needs is absent or of a wrong type.
  case missing(String)
  /// `times` or `offsets` does not have one entry for each event.
  case uneven
}

extension UnsafeRawBufferPointer {
  /// Whether these bytes are `literal`.
  @inline(__always)
  func equals(_ literal: StaticString) -> Bool {
    guard count == literal.utf8CodeUnitCount else { return false }
    for index in 0..<count where self[index] != literal.utf8Start[index] { return false }
    return true
  }
}
