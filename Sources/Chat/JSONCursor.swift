internal import Glibc

/// Walks bytes that are expected to look like one fixed template, the hot path of every reader: a
/// bounds check and a `memcmp` a literal.
///
/// Whatever does not match goes to ``JSONParser``.
package struct JSONCursor {
  private var here: UnsafeRawPointer
  private let end: UnsafeRawPointer

  @inline(__always)
  package init(_ bytes: UnsafeRawBufferPointer) {
    // A cursor over no memory at all never dereferences, but must point somewhere.
    here = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
    end = here + bytes.count
  }

  @inline(__always)
  package var isAtEnd: Bool { here == end }

  /// Bytes not consumed yet.
  @inline(__always)
  var remaining: Int { end - here }

  /// Consumes `literal` if it comes next.
  @inline(__always)
  package mutating func expect(_ literal: StaticString) -> Bool {
    let count = literal.utf8CodeUnitCount
    guard remaining >= count, memcmp(here, literal.utf8Start, count) == 0 else { return false }
    here += count
    return true
  }

  /// Consumes a canonical integer 0…2^53−1; nil when there is none.
  ///
  /// Up to seven digits are taken at once: those of nearly every number in a log.
  @inline(__always)
  package mutating func integer() -> Int64? {
    guard remaining >= 8 else { return longInteger() }
    let word = UInt64(littleEndian: here.loadUnaligned(as: UInt64.self)) ^ 0x3030_3030_3030_3030
    // The top bit of the first byte that is no digit; what a carry does to later ones is not asked.
    let others = (word &+ 0x7676_7676_7676_7676 | word) & 0x8080_8080_8080_8080
    guard others != 0 else { return longInteger() }
    let bits = others.trailingZeroBitCount & ~7
    guard bits > 0, bits == 8 || word & 0xFF != 0 else { return nil }
    here += bits / 8
    // Digits behind as many zeros as make eight; neighbours are put together three times.
    var digits = word << UInt64(64 - bits)
    digits = digits &* 10 &+ digits >> 8
    let high = (digits & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
    let low = (digits >> 16 & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
    return Int64(truncatingIfNeeded: (high &+ low) >> 32)
  }

  private mutating func longInteger() -> Int64? {
    var value: Int64 = 0
    let start = here
    while here < end {
      let digit = here.load(as: UInt8.self) &- UInt8(ascii: "0")
      if digit > 9 { break }
      value = value &* 10 &+ Int64(digit)
      here += 1
    }
    let length = here - start
    guard length > 0, length <= 16, value <= Limits.integer,
      length == 1 || start.load(as: UInt8.self) != UInt8(ascii: "0")
    else { return nil }
    return value
  }

  /// Consumes a string's bytes up to its closing quote, if it holds no escape; else nil.
  @inline(__always)
  package mutating func plainString() -> UnsafeRawBufferPointer? {
    let start = here
    // One character is what most edits insert.
    if remaining >= 2, here.load(fromByteOffset: 1, as: UInt8.self) == UInt8(ascii: "\"") {
      let byte = here.load(as: UInt8.self)
      if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
        here += 2
        return UnsafeRawBufferPointer(start: start, count: 1)
      }
    }
    while here < end {
      let byte = here.load(as: UInt8.self)
      if byte == UInt8(ascii: "\"") {
        let text = UnsafeRawBufferPointer(start: start, count: here - start)
        here += 1
        return text
      }
      if byte == UInt8(ascii: "\\") || byte < 0x20 { return nil }
      here += 1
    }
    return nil
  }

  /// Consumes `count` bytes that are there, if `literal` stands at an offset among them.
  @inline(__always)
  mutating func skip(_ count: Int, holding literal: StaticString, at offset: Int) -> Bool {
    guard memcmp(here + offset, literal.utf8Start, literal.utf8CodeUnitCount) == 0 else {
      return false
    }
    here += count
    return true
  }

  /// Consumes exactly `count` bytes.
  @inline(__always)
  package mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
    guard remaining >= count else { return nil }
    defer { here += count }
    return UnsafeRawBufferPointer(start: here, count: count)
  }

  /// The next bytes as numbers, as memory has them; nothing is consumed.
  @inline(__always)
  func peek<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) -> Number {
    Number(littleEndian: here.loadUnaligned(fromByteOffset: offset, as: type))
  }

  /// Consumes a person's characters, `","session":"` and a session's; nil when they are none.
  @inline(__always)
  mutating func author() -> (by: ParticipantID, session: SessionID)? {
    guard let by = person(), expect(#"","session":""#), let session = session() else { return nil }
    return (ParticipantID(person: by), session)
  }

  /// Consumes a person's twelve base32 characters, packed; nil when they are none.
  @inline(__always)
  mutating func person() -> UInt64? {
    // One byte more than the characters has to follow: the closing quote.
    guard remaining > ParticipantID.characters,
      let first = Base32.packEight(here.loadUnaligned(as: UInt64.self)),
      let rest = Base32.packEight(
        UInt64(here.loadUnaligned(fromByteOffset: 8, as: UInt32.self)) | Base32.fourZeros)
    else { return nil }
    here += ParticipantID.characters
    return first << 20 | rest >> 20
  }

  /// Consumes a session's five base32 characters; nil when they are none.
  @inline(__always)
  mutating func session() -> SessionID? {
    // Eight bytes are read; what follows a session is longer than that in every event.
    guard remaining >= 8,
      let packed = Base32.packEight(
        here.loadUnaligned(as: UInt64.self) & 0xFF_FFFF_FFFF | Base32.threeZeros)
    else { return nil }
    here += SessionID.characters
    return SessionID(bits: UInt32(truncatingIfNeeded: packed >> 15))
  }
}
