/// What `repair` found, kept and lost.
package struct RepairReport: Equatable, Sendable {
  /// What was wrong, in the order of offsets; empty: nothing, and nothing was written.
  package var damage: [SegmentDamage] = []
  /// Offsets there are now.
  package var kept: Range<Int64> = 0..<0
  /// Offsets whose records are gone: those inside `kept` hold a placeholder now, the others are no
  /// part of the log any more.
  package var lost: [Range<Int64>] = []
  /// Offsets of batches whose header was wrong and could be proven right by all around it.
  package var mended: [Range<Int64>] = []
  /// Bytes at the end that a crash left, of batches that were never acknowledged.
  package var tornBytes: Int64 = 0
  /// The directory that holds every file that was replaced or taken out, as it was.
  package var aside: String?
  /// The epoch that was begun because offsets went.
  package var newEpoch: Epoch?

  package init() {}

  package var isSound: Bool { damage.isEmpty }
  package var lostRecords: Int64 { lost.reduce(0) { $0 + Int64($1.count) } }
}

/// Why nothing was repaired.
package enum RepairError: Error, Equatable {
  /// A server, or another repair, is at work there.
  case locked(path: String)
  case missing(path: String)
  case otherVersion(file: String, found: Int64, supported: Int64)
  /// The disk refused; an unreadable file is no damaged one, and its records may be there yet.
  case disk(StorageError)
}
