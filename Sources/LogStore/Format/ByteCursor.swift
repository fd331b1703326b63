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

  @inline(never)
  private mutating func longVarlong() -> Int64? {
    // Two bytes hold every length and offset of an ordinary record.
    if remaining >= 2 {
      let word = UInt64(UInt16(littleEndian: position.loadUnaligned(as: UInt16.self)))
      if word & 0x8000 == 0 {
        position += 2
        return Self.unzigzag(word & 0x7F | word >> 1 & 0x3F80)
      }
    }
    return anyVarlong()
  }

  private mutating func anyVarlong() -> Int64? {
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
    guard let count = varint() else { return nil }
    if count == -1 { return NullableBytes(bytes: nil) }
    return bytes(count).map { NullableBytes(bytes: $0) }
  }
}

/// Bytes or Kafka's null, which is not the same as none.
struct NullableBytes {
  let bytes: UnsafeRawBufferPointer?
}
