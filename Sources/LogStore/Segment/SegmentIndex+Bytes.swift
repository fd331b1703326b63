/// The entries' bytes; drawn at `OffsetEntry` and `TimeEntry`.
extension SegmentIndex {
  static func bytes(_ entries: [OffsetEntry]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.count * OffsetEntry.bytes)
    for entry in entries {
      append(entry.relative, to: &bytes)
      append(entry.position, to: &bytes)
    }
    return bytes
  }

  static func bytes(_ entries: [TimeEntry]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.count * TimeEntry.bytes)
    for entry in entries {
      append(entry.timestamp, to: &bytes)
      append(entry.relative, to: &bytes)
    }
    return bytes
  }

  private static func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }

  static func offsetEntry(_ file: any StoredFile, _ at: Int) -> OffsetEntry? {
    var entry = (Int32(0), Int32(0))
    let read = withUnsafeMutableBytes(of: &entry) {
      try? file.read(into: $0, at: Int64(at * OffsetEntry.bytes))
    }
    guard read == OffsetEntry.bytes else { return nil }
    return OffsetEntry(
      relative: Int32(bigEndian: entry.0), position: Int32(bigEndian: entry.1))
  }

  static func timeEntry(_ file: any StoredFile, _ at: Int) -> TimeEntry? {
    // Two words, because a tuple of the fields would be padded.
    var words = (UInt32(0), UInt32(0), UInt32(0))
    let read = withUnsafeMutableBytes(of: &words) {
      try? file.read(into: $0, at: Int64(at * TimeEntry.bytes))
    }
    guard read == TimeEntry.bytes else { return nil }
    let time = UInt64(UInt32(bigEndian: words.0)) << 32 | UInt64(UInt32(bigEndian: words.1))
    return TimeEntry(
      timestamp: Int64(bitPattern: time),
      relative: Int32(bitPattern: UInt32(bigEndian: words.2)))
  }
}
