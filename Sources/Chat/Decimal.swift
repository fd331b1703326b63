/// Integers as decimal digits, two at a time.
package enum Decimal {
  /// The longest: `-9223372036854775808`.
  package static let bytesMost = 20

  /// Writes to memory that has `bytesMost` bytes free; returns what is behind it.
  @inlinable
  package static func write(
    _ value: Int64, at start: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    var position = start
    if value < 0 {
      position.storeBytes(of: UInt8(ascii: "-"), as: UInt8.self)
      position += 1
    }
    var rest = value.magnitude
    if rest < 10 {
      position.storeBytes(of: UInt8(truncatingIfNeeded: rest) + 0x30, as: UInt8.self)
      return position + 1
    }
    let count = digits(rest)
    var end = position + count
    while rest >= 100 {
      let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
      end -= 2
      store(pair, at: end)
      rest = quotient
    }
    if rest >= 10 {
      store(rest, at: end - 2)
    } else {
      (end - 1).storeBytes(of: UInt8(truncatingIfNeeded: rest) + 0x30, as: UInt8.self)
    }
    return position + count
  }

  @inlinable
  static func store(_ pair: UInt64, at position: UnsafeMutableRawPointer) {
    let tens = pair / 10
    position.storeBytes(of: UInt8(truncatingIfNeeded: tens) + 0x30, as: UInt8.self)
    (position + 1).storeBytes(
      of: UInt8(truncatingIfNeeded: pair - tens * 10) + 0x30, as: UInt8.self)
  }

  @inlinable
  static func digits(_ value: UInt64) -> Int {
    var count = 1
    var bound: UInt64 = 10
    while value >= bound {
      count += 1
      let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
      if overflow { break }
      bound = next
    }
    return count
  }
}
