internal import Chat
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
