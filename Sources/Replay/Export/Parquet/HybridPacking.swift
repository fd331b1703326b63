/// Parquet's hybrid of runs and packed bits, for dictionary indices and definition levels.
///
///     run      varint(count << 1)         the value, in as many bytes as its bits need
///     packed   varint(groups << 1 | 1)    groups of eight values, `width` bits each, lowest first
///
/// Eight or more of the same in a row become a run. Only the last group may be filled up with
/// zeros.
enum HybridPacking {
  private static let group = 8

  /// Bits that the largest value needs; at least one.
  static func width(ofLargest largest: UInt32) -> Int {
    max(1, UInt32.bitWidth - largest.leadingZeroBitCount)
  }

  static func write(_ values: UnsafeBufferPointer<UInt32>, width: Int, to bytes: ByteQueue) {
    var index = 0
    while index < values.count {
      let run = runLength(values, from: index)
      if run >= group {
        writeRun(values[index], count: run, width: width, to: bytes)
        index += run
        continue
      }
      var end = index
      repeat { end += group } while end < values.count && runLength(values, from: end) < group
      pack(values, from: index, to: min(end, values.count), width: width, to: bytes)
      index = end
    }
  }

  /// One value, so many times.
  static func writeRun(_ value: UInt32, count: Int, width: Int, to bytes: ByteQueue) {
    bytes.varint(UInt64(count) << 1)
    for byte in 0..<(width + 7) / 8 {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(8 * byte)))
    }
  }

  private static func runLength(_ values: UnsafeBufferPointer<UInt32>, from start: Int) -> Int {
    let value = values[start]
    var end = start + 1
    while end < values.count, values[end] == value { end += 1 }
    return end - start
  }

  private static func pack(
    _ values: UnsafeBufferPointer<UInt32>, from start: Int, to end: Int, width: Int,
    to bytes: ByteQueue
  ) {
    let groups = (end - start + group - 1) / group
    bytes.varint(UInt64(groups) << 1 | 1)
    var bits = BitPacker(bytes.reserve(groups * width + MemoryLayout<UInt64>.size))
    for index in start..<end { bits.append(UInt64(values[index]), width: width) }
    bits.flush()
    // What is missing of the last group is zeros.
    let missing = groups * width - bits.written
    for _ in 0..<max(0, missing) { bits.appendZeroByte() }
    bytes.wrote(groups * width)
  }
}

/// Packs values bit by bit, lowest first, into memory that is known to be large enough.
struct BitPacker {
  private let start: UnsafeMutableRawPointer
  private(set) var written = 0
  private var pending: UInt64 = 0
  private var bits = 0

  init(_ start: UnsafeMutableRawPointer) { self.start = start }

  /// - Parameter width: 0 to 64; the value has no bits above it.
  @inline(__always)
  mutating func append(_ value: UInt64, width: Int) {
    guard width > 0 else { return }
    pending |= value << UInt64(bits)
    if bits + width < 64 {
      bits += width
      return
    }
    (start + written).storeBytes(of: pending.littleEndian, as: UInt64.self)
    written += 8
    pending = bits == 0 ? 0 : value >> UInt64(64 - bits)
    bits += width - 64
  }

  /// Writes what is left, up to a whole byte.
  mutating func flush() {
    while bits > 0 {
      (start + written).storeBytes(of: UInt8(truncatingIfNeeded: pending), as: UInt8.self)
      written += 1
      pending >>= 8
      bits -= 8
    }
    (pending, bits) = (0, 0)
  }

  mutating func appendZeroByte() {
    (start + written).storeBytes(of: 0, as: UInt8.self)
    written += 1
  }
}
