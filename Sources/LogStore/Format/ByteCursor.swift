/// Reads Kafka's primitives from raw memory; `nil` where the bytes run out or make no sense.
///
///     varint   zigzag, then groups of 7 bits, lowest first, top bit = more follow;
///              at most 5 bytes (32 bit) or 10 (64 bit)
///     bytes    varint length (-1: null), then as many bytes
struct ByteCursor {
  private(set) var position: UnsafeRawPointer
  let end: UnsafeRawPointer

  @inline(__always)
  init(_ bytes: UnsafeRawBufferPointer) {
    // A cursor over no memory at all never dereferences, but must point somewhere.
    position = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
    end = position + bytes.count
  }

  @inline(__always)
  var remaining: Int { end - position }

  /// A zigzag varint that must fit 64 bits.
  @inline(__always)
  mutating func varlong() -> Int64? {
    guard position < end else { return nil }
    let first = position.load(as: UInt8.self)
    if first < 0x80 {
      position += 1
      return Self.unzigzag(UInt64(first))
    }
    return longVarlong()
  }

  /// A zigzag varint that must fit 32 bits.
  @inline(__always)
  mutating func varint() -> Int? {
    guard let value = varlong(), Int64(Int32.min)...Int64(Int32.max) ~= value else { return nil }
    return Int(value)
  }

  /// A varint that is mostly of two bytes, as lengths of records and values are.
  @inline(__always)
  mutating func longerVarint() -> Int? {
    guard remaining >= 2 else { return varint() }
    let word = UInt64(UInt16(littleEndian: position.loadUnaligned(as: UInt16.self)))
    guard word & 0x8080 == 0x80 else { return varint() }
    position += 2
    return Int(Self.unzigzag(word & 0x7F | word >> 1 & 0x3F80))
  }

  /// Consumes a varint that must be this number, which is not negative.
  @inline(__always)
  mutating func expectVarint(_ number: Int) -> Bool {
    if number < 64 {
      guard position < end, position.load(as: UInt8.self) == UInt8(truncatingIfNeeded: number << 1)
      else { return varint() == number }
      position += 1
      return true
    }
    let bytes = UInt16(truncatingIfNeeded: (number << 1 & 0x7F | 0x80) | (number >> 6) << 8)
    guard number < 8_192, remaining >= 2,
      UInt16(littleEndian: position.loadUnaligned(as: UInt16.self)) == bytes
    else { return varint() == number }
    position += 2
    return true
  }

  private mutating func longVarlong() -> Int64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < end, shift < 64 {
      let byte = position.load(as: UInt8.self)
      position += 1
      if shift == 63, byte > 1 { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return Self.unzigzag(value) }
      shift += 7
    }
    return nil
  }

  @inline(__always)
  private static func unzigzag(_ value: UInt64) -> Int64 {
    Int64(bitPattern: (value >> 1) ^ (0 &- (value & 1)))
  }

  @inline(__always)
  mutating func byte() -> UInt8? {
    guard position < end else { return nil }
    defer { position += 1 }
    return position.load(as: UInt8.self)
  }

  /// As many bytes as asked for, in place.
  @inline(__always)
  mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer? {
    guard count >= 0, count <= remaining else { return nil }
    defer { position += count }
    return UnsafeRawBufferPointer(start: position, count: count)
  }

  /// Bytes behind their length, which may not be null.
  @inline(__always)
  mutating func sizedBytes() -> UnsafeRawBufferPointer? {
    guard let count = varint() else { return nil }
    return bytes(count)
  }

  /// Bytes behind their length, which may be null.
  @inline(__always)
  mutating func nullableBytes() -> NullableBytes? {
    nullableBytes(varint())
  }

  /// The same of bytes that are mostly 64 and more.
  @inline(__always)
  mutating func longerNullableBytes() -> NullableBytes? {
    nullableBytes(longerVarint())
  }

  @inline(__always)
  private mutating func nullableBytes(_ count: Int?) -> NullableBytes? {
    guard let count else { return nil }
    if count == -1 { return NullableBytes(bytes: nil) }
    return bytes(count).map { NullableBytes(bytes: $0) }
  }
}

/// Bytes or Kafka's null, which is not the same as none.
struct NullableBytes {
  let bytes: UnsafeRawBufferPointer?
}
