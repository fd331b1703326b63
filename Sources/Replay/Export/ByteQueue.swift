internal import Glibc

/// Bytes that a hot path appends to: raw memory that grows, checked once for many bytes.
///
/// One owner, one thread.
final class ByteQueue {
  private(set) var start: UnsafeMutableRawPointer
  private(set) var count = 0
  private var capacity: Int

  init(capacity: Int = 1 << 12) {
    self.capacity = max(capacity, 64)
    start = .allocate(byteCount: self.capacity, alignment: 16)
  }

  deinit { start.deallocate() }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  func removeAll() { count = 0 }

  /// Makes room for so many bytes; returns where they go.
  ///
  /// `wrote` then says how many came.
  @inline(__always)
  func reserve(_ more: Int) -> UnsafeMutableRawPointer {
    if capacity - count < more { grow(more) }
    return start + count
  }

  @inline(__always)
  func wrote(_ more: Int) { count += more }

  /// Takes everything from here on to be written, up to this address.
  @inline(__always)
  func wrote(upTo end: UnsafeMutableRawPointer) { count = end - start }

  @inline(never)
  private func grow(_ more: Int) {
    let wanted = max(capacity * 2, count + more)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 16)
    larger.copyMemory(from: start, byteCount: count)
    start.deallocate()
    (start, capacity) = (larger, wanted)
  }

  @inline(__always)
  func append(_ byte: UInt8) {
    reserve(1).storeBytes(of: byte, as: UInt8.self)
    count += 1
  }

  @inline(__always)
  func append(_ source: UnsafeRawBufferPointer) {
    guard let from = source.baseAddress else { return }
    reserve(source.count).copyMemory(from: from, byteCount: source.count)
    count += source.count
  }

  func append(_ source: [UInt8]) { source.withUnsafeBytes { append($0) } }

  @inline(__always)
  func append(_ text: StaticString) {
    append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  @inline(__always)
  func littleEndian<Value: FixedWidthInteger>(_ value: Value) {
    reserve(MemoryLayout<Value>.size).storeBytes(of: value.littleEndian, as: Value.self)
    count += MemoryLayout<Value>.size
  }

  /// An unsigned LEB128 varint.
  func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }

  /// The same of a signed number, small in both directions.
  func zigzag(_ value: Int64) { varint(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

  /// A decimal, without leading zeros.
  @inline(__always)
  func decimal(_ value: Int64) {
    let end = Decimal.write(value, at: reserve(Decimal.bytesMost))
    wrote(upTo: end)
  }
}

/// Integers as decimal digits, two at a time.
enum Decimal {
  /// The longest: `-9223372036854775808`.
  static let bytesMost = 20

  /// Writes to memory that has `bytesMost` bytes free; returns what is behind it.
  @inline(__always)
  static func write(_ value: Int64, at start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
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

  @inline(__always)
  private static func store(_ pair: UInt64, at position: UnsafeMutableRawPointer) {
    let tens = pair / 10
    position.storeBytes(of: UInt8(truncatingIfNeeded: tens) + 0x30, as: UInt8.self)
    (position + 1).storeBytes(
      of: UInt8(truncatingIfNeeded: pair - tens * 10) + 0x30, as: UInt8.self)
  }

  @inline(__always)
  private static func digits(_ value: UInt64) -> Int {
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
