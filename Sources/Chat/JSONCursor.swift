/// Walks bytes that are expected to look like one fixed template, the hot path of every reader: a
/// bounds check and a `memcmp` a literal.
///
/// Whatever does not match goes to ``JSONParser``.
package struct JSONCursor {
  @usableFromInline var bytes: UnsafeRawBufferPointer
  package private(set) var position = 0

  @inline(__always)
  package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  package var isAtEnd: Bool { position == bytes.count }

  /// Consumes `literal` if it comes next.
  @inline(__always)
  package mutating func expect(_ literal: StaticString) -> Bool {
    let count = literal.utf8CodeUnitCount
    guard bytes.count - position >= count, let base = bytes.baseAddress else { return false }
    let here = (base + position).assumingMemoryBound(to: UInt8.self)
    let text = literal.utf8Start
    for index in 0..<count where here[index] != text[index] { return false }
    position += count
    return true
  }

  /// Consumes a canonical integer 0…2^53−1; nil when there is none.
  @inline(__always)
  package mutating func integer() -> Int64? {
    var value: Int64 = 0
    let start = position
    while position < bytes.count {
      let digit = bytes[position] &- UInt8(ascii: "0")
      if digit > 9 { break }
      value = value &* 10 &+ Int64(digit)
      position += 1
    }
    let length = position - start
    guard length > 0, length <= 16, value <= Limits.integer,
      length == 1 || bytes[start] != UInt8(ascii: "0")
    else { return nil }
    return value
  }

  /// Consumes a string's bytes up to its closing quote, if it holds no escape; else nil.
  @inline(__always)
  package mutating func plainString() -> UnsafeRawBufferPointer? {
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<position])
        position += 1
        return text
      }
      if byte == UInt8(ascii: "\\") || byte < 0x20 { return nil }
      position += 1
    }
    return nil
  }

  /// Consumes exactly `count` bytes.
  @inline(__always)
  package mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
    guard bytes.count - position >= count else { return nil }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }
}
