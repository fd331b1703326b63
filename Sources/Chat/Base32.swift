/// Lower-case RFC 4648 base32 (`a`–`z`, `2`–`7`) packed into integers, five bits a character.
///
/// The packing is ordered like the characters' bytes (digits before letters), not like RFC 4648's
/// values, so that comparing two packed identifiers compares their text.
package enum Base32 {
  /// Packs `count` characters from `bytes`; nil when a byte is outside the alphabet.
  @inline(__always)
  static func pack(_ bytes: UnsafeRawBufferPointer, from start: Int, count: Int) -> UInt64? {
    var packed: UInt64 = 0
    for index in start..<start + count {
      let byte = bytes[index]
      let value: UInt8
      switch byte {
      case UInt8(ascii: "2")...UInt8(ascii: "7"): value = byte &- UInt8(ascii: "2")
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte &- UInt8(ascii: "a") &+ 6
      default: return nil
      }
      packed = packed << 5 | UInt64(value)
    }
    return packed
  }

  /// The character of one packed five-bit value.
  @inlinable
  package static func character(_ value: UInt64) -> UInt8 {
    let value = UInt8(truncatingIfNeeded: value & 31)
    return value < 6 ? value &+ UInt8(ascii: "2") : value &- 6 &+ UInt8(ascii: "a")
  }

  /// Writes the `count` characters of `packed` to memory that has room for them.
  @inlinable
  package static func write(_ packed: UInt64, count: Int, at start: UnsafeMutableRawPointer) {
    for index in 0..<count {
      let byte = character(packed >> UInt64(5 * (count - 1 - index)))
      (start + index).storeBytes(of: byte, as: UInt8.self)
    }
  }

  /// Appends the `count` characters of `packed`, first character first.
  @inline(__always)
  static func append(_ packed: UInt64, count: Int, to bytes: inout [UInt8]) {
    for index in 0..<count {
      bytes.append(character(packed >> UInt64(5 * (count - 1 - index))))
    }
  }

  /// Characters of value zero in the last four, and the last three, of eight.
  static let fourZeros: UInt64 = 0x3232_3232 << 32
  static let threeZeros: UInt64 = 0x323232 << 40

  /// Packs eight characters at once, the first in the lowest byte as memory has it; nil when one is
  /// outside the alphabet.
  @inline(__always)
  static func packEight(_ word: UInt64) -> UInt64? {
    let word = UInt64(littleEndian: word)
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops = ones << 7
    guard word & tops == 0 else { return nil }
    // The top bit of each byte that is at or above a bound; no byte carries into the next.
    let letters = (word &+ ones &* (0x80 - 0x61)) & ~(word &+ ones &* (0x80 - 0x7B))
    let digits = (word &+ ones &* (0x80 - 0x32)) & ~(word &+ ones &* (0x80 - 0x38))
    guard (letters | digits) & tops == tops else { return nil }
    // A letter's bit 6 is set, a digit's is not: 'a' is 6, '2' is 0.
    let values = word &- ones &* 0x32 &- (word >> 6 & ones) &* (0x61 - 6 - 0x32)
    // Neighbours together, three times, the first character highest.
    var packed = values.byteSwapped
    packed = (packed >> 8 & 0x00FF_00FF_00FF_00FF) << 5 | packed & 0x00FF_00FF_00FF_00FF
    packed = (packed >> 16 & 0x0000_FFFF_0000_FFFF) << 10 | packed & 0x0000_FFFF_0000_FFFF
    return (packed >> 32) << 20 | packed & 0xFFFF_FFFF
  }
}
