/// Parquet's DELTA_BINARY_PACKED: what rises evenly, such as offsets and times, in a few bits.
///
///     varint 128      values a block
///     varint 4        miniblocks a block, 32 values each
///     varint count    of all values
///     zigzag first    the first value
///     blocks:
///       zigzag least    the smallest difference in the block
///       4 bytes         bits a value of each miniblock
///       miniblocks      difference − least, packed, lowest bit first; none past the last value
///
/// Differences wrap around at 64 bits, so that every value can be written.
enum DeltaPacking {
  private static let block = 128
  private static let miniblocks = 4
  private static let miniblock = 32

  static func write(_ values: UnsafeBufferPointer<Int64>, to bytes: ByteQueue) {
    bytes.varint(UInt64(block))
    bytes.varint(UInt64(miniblocks))
    bytes.varint(UInt64(values.count))
    bytes.zigzag(values.first ?? 0)
    var start = 1
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: block) { deltas in
      while start < values.count {
        let count = min(block, values.count - start)
        for index in 0..<count {
          deltas[index] = values[start + index] &- values[start + index - 1]
        }
        write(block: UnsafeBufferPointer(rebasing: deltas[..<count]), to: bytes)
        start += count
      }
    }
  }

  private static func write(block deltas: UnsafeBufferPointer<Int64>, to bytes: ByteQueue) {
    var least = deltas[0]
    for delta in deltas where delta < least { least = delta }
    bytes.zigzag(least)
    let widths = (0..<miniblocks).map { index -> Int in
      var all: UInt64 = 0
      for delta in deltas.dropFirst(index * miniblock).prefix(miniblock) {
        all |= UInt64(bitPattern: delta &- least)
      }
      return UInt64.bitWidth - all.leadingZeroBitCount
    }
    for width in widths { bytes.append(UInt8(width)) }
    for (index, width) in widths.enumerated() where index * miniblock < deltas.count {
      let size = miniblock * width / 8
      var bits = BitPacker(bytes.reserve(size + MemoryLayout<UInt64>.size))
      for position in index * miniblock..<(index + 1) * miniblock {
        let value = position < deltas.count ? UInt64(bitPattern: deltas[position] &- least) : 0
        bits.append(value, width: width)
      }
      bits.flush()
      bytes.wrote(size)
    }
  }
}
