/// Writes Kafka's primitives to raw memory that the caller knows to be large enough.
struct ByteWriter {
  private(set) var position: UnsafeMutableRawPointer

  @inline(__always)
  init(_ start: UnsafeMutableRawPointer) { position = start }

  @inline(__always)
  mutating func byte(_ value: UInt8) {
    position.storeBytes(of: value, as: UInt8.self)
    position += 1
  }

  @inline(__always)
  mutating func bigEndian<Value: FixedWidthInteger>(_ value: Value) {
    position.storeBytes(of: value.bigEndian, as: Value.self)
    position += MemoryLayout<Value>.size
  }

  /// A zigzag varint.
  @inline(__always)
  mutating func varint(_ value: Int) {
    var rest = Self.zigzag(value)
    while rest >= 0x80 {
      byte(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    byte(UInt8(truncatingIfNeeded: rest))
  }

  /// Bytes behind their length.
  @inline(__always)
  mutating func sizedBytes(_ bytes: [UInt8]) {
    varint(bytes.count)
    bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      position.copyMemory(from: start, byteCount: source.count)
    }
    position += bytes.count
  }

  /// Bytes as they are.
  @inline(__always)
  mutating func bytes(_ source: UnsafeRawBufferPointer) {
    guard let start = source.baseAddress else { return }
    position.copyMemory(from: start, byteCount: source.count)
    position += source.count
  }

  @inline(__always)
  private static func zigzag(_ value: Int) -> UInt64 {
    UInt64(bitPattern: Int64((value << 1) ^ (value >> 63)))
  }

  /// How many bytes `varint` writes.
  @inline(__always)
  static func varintBytes(_ value: Int) -> Int {
    let significant = 64 - zigzag(value).leadingZeroBitCount
    return max(1, (significant + 6) / 7)
  }
}
