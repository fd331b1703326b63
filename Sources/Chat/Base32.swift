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
}
