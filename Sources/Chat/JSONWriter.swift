/// Writes canonical JSON: no white space, one escape for each character that needs one.
///
///     \" \\ \b \f \n \r \t          the short escapes
///     \u00XX  other C0, U+007F–009F   four lower-case hex digits
///     \u2028 \u2029                   line separators
///     everything else                 as it is, UTF-8
package struct JSONWriter {
  package private(set) var bytes: [UInt8] = []
  private var needsComma = false

  package init(reserving capacity: Int = 192) { bytes.reserveCapacity(capacity) }

  /// Starts an object whose first field is `type`.
  package mutating func begin(type: StaticString) {
    raw(#"{"type":""#)
    raw(type)
    raw("\"")
    needsComma = true
  }

  package mutating func beginObject() {
    separate()
    raw("{")
    needsComma = false
  }

  package mutating func endObject() {
    raw("}")
    needsComma = true
  }

  package mutating func beginArray() {
    separate()
    raw("[")
    needsComma = false
  }

  package mutating func endArray() {
    raw("]")
    needsComma = true
  }

  /// Writes `"name":`; a value must follow.
  package mutating func key(_ name: StaticString) {
    separate()
    raw("\"")
    raw(name)
    raw("\":")
    needsComma = false
  }

  package mutating func value(_ string: String) {
    separate()
    var string = string
    string.withUTF8 { escaped(UnsafeRawBufferPointer($0)) }
    needsComma = true
  }

  /// A string given as valid UTF-8.
  package mutating func value(utf8: [UInt8]) {
    separate()
    utf8.withUnsafeBytes { escaped($0) }
    needsComma = true
  }

  package mutating func value(_ number: Int64) {
    separate()
    decimal(number)
    needsComma = true
  }

  package mutating func value(_ bool: Bool) {
    separate()
    raw(bool ? "true" : "false")
    needsComma = true
  }

  package mutating func null() {
    separate()
    raw("null")
    needsComma = true
  }

  /// A value that is JSON already, unchanged.
  package mutating func value(json: UnsafeRawBufferPointer) {
    separate()
    bytes.append(contentsOf: json)
    needsComma = true
  }

  package mutating func field(_ name: StaticString, _ string: String) {
    key(name)
    value(string)
  }

  package mutating func field(_ name: StaticString, _ number: Int64) {
    key(name)
    value(number)
  }

  package mutating func field(_ name: StaticString, _ number: Int) { field(name, Int64(number)) }

  package mutating func field(_ name: StaticString, _ bool: Bool) {
    key(name)
    value(bool)
  }

  package mutating func field(_ name: StaticString, utf8: [UInt8]) {
    key(name)
    value(utf8: utf8)
  }

  package mutating func field(_ name: StaticString, _ id: ParticipantID) {
    key(name)
    value(id)
  }

  package mutating func field(_ name: StaticString, _ id: SessionID) {
    key(name)
    raw("\"")
    id.append(to: &bytes)
    raw("\"")
    needsComma = true
  }

  package mutating func value(_ id: ParticipantID) {
    separate()
    raw("\"")
    id.append(to: &bytes)
    raw("\"")
    needsComma = true
  }

  /// Leaves `count` zero bytes in front, for a transport's header.
  package mutating func reserveHeadroom(_ count: Int) {
    bytes.append(contentsOf: repeatElement(0, count: count))
  }

  /// Bytes as they are.
  package mutating func raw(_ json: [UInt8]) { bytes.append(contentsOf: json) }

  /// Ends a line; the next value starts afresh.
  package mutating func newLine() {
    bytes.append(UInt8(ascii: "\n"))
    needsComma = false
  }

  /// Bytes as they are; for fixed text and values written by other means.
  @inline(__always)
  package mutating func raw(_ text: StaticString) {
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  @inline(__always)
  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
  }

  private mutating func decimal(_ number: Int64) {
    withUnsafeTemporaryAllocation(byteCount: Decimal.bytesMost, alignment: 1) { memory in
      guard let start = memory.baseAddress else { return }
      let end = Decimal.write(number, at: start)
      bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: end - start))
    }
  }
}

extension JSONWriter {
  /// A quoted string; runs without escapes are copied whole.
  private mutating func escaped(_ text: UnsafeRawBufferPointer) {
    raw("\"")
    var run = 0
    var index = 0
    while index < text.count {
      let width = escapeWidth(text, index)
      if width == 0 {
        index += 1
        continue
      }
      bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[run..<index]))
      appendEscape(text, index, width)
      index += width
      run = index
    }
    bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[run..<text.count]))
    raw("\"")
  }

  /// How many bytes at `index` form a character to be escaped; 0 for none.
  @inline(__always)
  private func escapeWidth(_ text: UnsafeRawBufferPointer, _ index: Int) -> Int {
    let byte = text[index]
    if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F {
      return 1
    }
    if byte == 0xC2, index + 1 < text.count, text[index + 1] < 0xA0 { return 2 }
    if byte == 0xE2, index + 2 < text.count, text[index + 1] == 0x80,
      text[index + 2] == 0xA8 || text[index + 2] == 0xA9
    {
      return 3
    }
    return 0
  }

  private mutating func appendEscape(_ text: UnsafeRawBufferPointer, _ index: Int, _ width: Int) {
    switch (width, text[index]) {
    case (1, UInt8(ascii: "\"")): raw(#"\""#)
    case (1, UInt8(ascii: "\\")): raw(#"\\"#)
    case (1, 0x08): raw(#"\b"#)
    case (1, 0x0C): raw(#"\f"#)
    case (1, 0x0A): raw(#"\n"#)
    case (1, 0x0D): raw(#"\r"#)
    case (1, 0x09): raw(#"\t"#)
    case (3, _): raw(text[index + 2] == 0xA8 ? #"\u2028"# : #"\u2029"#)
    default:
      let scalar = width == 1 ? text[index] : text[index + 1]
      raw(#"\u00"#)
      bytes.append(Self.hexDigit(scalar >> 4))
      bytes.append(Self.hexDigit(scalar & 15))
    }
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
