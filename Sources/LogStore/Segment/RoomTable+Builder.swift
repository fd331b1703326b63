extension RoomTable {
  /// Gathers a table as a pass over all of a segment's records meets them.
  struct Builder {
    private struct Listed {
      let first: UInt32
      var last: UInt32
      var lastBatch: Int
      var gaps: [UInt8]
    }

    private let base: Int64
    private var batches: [Place] = []
    private var keys: [[UInt8]: Listed] = [:]
    private var size = RoomTable.headerBytes + RoomTable.checksumBytes
    /// The key of the record before: runs of one key are the rule.
    private var lastKey: [UInt8] = []
    private var lastIsListed = false

    init(base: Int64) { self.base = base }

    private var isTooLarge: Bool { size > RoomTable.bytesMax }

    /// The pass has come to a batch.
    mutating func begin(base: Int64, at position: Int64) {
      batches.append(Place(base: base, position: position))
      size += RoomTable.batchBytes
      lastIsListed = false
    }

    /// The batch begun last holds a record of this key.
    mutating func add(_ key: UnsafeRawBufferPointer?, offset: Int64) {
      guard let key, !isTooLarge, let relative = UInt32(exactly: offset - base) else { return }
      if !lastIsListed || !key.elementsEqual(lastKey) { lastKey = [UInt8](key) }
      lastIsListed = true
      let batch = batches.count - 1
      guard var listed = keys[lastKey] else {
        let gaps = Self.varint(batch + 1)
        keys[lastKey] = Listed(first: relative, last: relative, lastBatch: batch, gaps: gaps)
        size += RoomTable.keyBytes + lastKey.count + gaps.count
        return
      }
      // The dictionary lets go of its list, so that it grows in place.
      keys[lastKey] = nil
      listed.last = relative
      if listed.lastBatch != batch {
        let gap = Self.varint(batch - listed.lastBatch)
        listed.gaps += gap
        listed.lastBatch = batch
        size += gap.count
      }
      keys[lastKey] = listed
    }

    private static func varint(_ value: Int) -> [UInt8] {
      var bytes: [UInt8] = []
      var rest = value
      while rest >= 0x80 {
        bytes.append(UInt8(rest & 0x7F) | 0x80)
        rest >>= 7
      }
      return bytes + [UInt8(rest)]
    }

    /// The table of a segment file of so many bytes; `nil` if it would be too large.
    func finish(logBytes: Int64) -> RoomTable? {
      guard !isTooLarge else { return nil }
      var bytes: [UInt8] = []
      bytes.reserveCapacity(size)
      func append<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
      }
      append(RoomTable.magic)
      append(RoomTable.version)
      append(base)
      append(logBytes)
      append(UInt32(batches.count))
      append(UInt32(keys.count))
      for batch in batches {
        append(UInt32(truncatingIfNeeded: batch.base - base))
        append(UInt32(truncatingIfNeeded: batch.position))
      }
      for (key, listed) in keys.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
        append(UInt32(key.count))
        append(UInt32(listed.gaps.count))
        append(listed.first)
        append(listed.last)
        bytes += key
        bytes += listed.gaps
      }
      append(bytes.withUnsafeBytes { crc32c($0) })
      return RoomTable(bytes, base: base, logBytes: logBytes)
    }
  }
}
