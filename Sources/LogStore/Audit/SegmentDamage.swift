/// Where and why a file of the log cannot be trusted.
package struct SegmentDamage: Error, Equatable, Sendable {
  /// The last part of its path.
  package let file: String
  /// Bytes from the file's start.
  package let position: Int64
  /// The offset that stands there, or would.
  package let offset: Int64
  package let what: String

  package init(file: String, position: Int64, offset: Int64, what: String) {
    self.file = file
    self.position = position
    self.offset = offset
    self.what = what
  }
}

/// One batch of a segment file, as its header says and its checksum proves.
package struct BatchSummary: Equatable, Sendable {
  /// Bytes from the file's start to the batch's first.
  package let position: Int64
  /// Bytes on disk.
  package let bytes: Int
  package let base: Int64
  package let last: Int64
  package let count: Int
  package let isCompressed: Bool
  package let checksum: UInt32
  /// Of the first record, in ms since 1970.
  package let baseTimestamp: Int64
  /// Of the latest record, in ms since 1970.
  package let maxTimestamp: Int64

  init(_ header: BatchHeader, at position: Int64) {
    self.position = position
    bytes = header.totalBytes
    base = header.base
    last = header.last
    count = Int(header.count)
    isCompressed = header.codec == .lz4
    checksum = header.checksum
    baseTimestamp = header.baseTimestamp
    maxTimestamp = header.maxTimestamp
  }
}

extension SegmentDamage {
  init(_ damage: Survey.Damage) {
    self.init(
      file: damage.file, position: damage.position, offset: damage.offset, what: damage.what)
  }
}
