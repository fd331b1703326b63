/// A life of the log in which no offset was given twice.
///
/// A cursor is an epoch and an offset.
package struct Epoch: Sendable, Equatable {
  /// Eight random characters of lower-case base32 (a-z, 2-7).
  package let id: String
  /// The first offset that was written in it.
  package let start: Int64

  package init(id: String, start: Int64) {
    self.id = id
    self.start = start
  }
}

/// Whether the log takes appends, and if not, why.
///
/// Reads go on in every case.
package enum Health: Sendable, Equatable {
  case ok
  /// No space, quota or file size left; tried again every second.
  case noSpace
  /// A sync failed, so nobody knows what the disk holds; only a restart helps.
  case poisoned(by: String)
  /// Something before the recovery point, or with valid batches behind it, is bad; `repair` helps.
  case damaged(String)
  /// The directory cannot be written; tried again every second.
  case readOnly(String)
}

/// One immutable snapshot of the log: committed is `start..<next`.
package struct LogState: Sendable {
  package let start: Int64
  package let next: Int64
  /// Oldest first, never empty.
  package let epochs: [Epoch]
  /// Milliseconds since 1970; of the last record, 0 if there is none.
  package let lastTimestamp: Int64
  package let health: Health
  /// Everything submitted under this generation or an older one and not committed was refused.
  package let refusedGeneration: UInt64
  /// How far the wall clock is behind the log's time once that is more than a second; else 0.
  package let clockBehindMilliseconds: Int64
  /// How long the writer has waited for the disk once that is 2 s or more; else 0.
  package var stalledMilliseconds: Int64 = 0
  /// Which commit that is: another number for each.
  package var stalledCommit: Int64 = 0

  /// The present epoch.
  package var epoch: Epoch { epochs[epochs.count - 1] }

  /// Whether a cursor made in `epoch` at `offset` still means the same here.
  package func accepts(epoch id: String, offset: Int64) -> Bool {
    guard let index = epochs.lastIndex(where: { $0.id == id }), offset >= 0 else { return false }
    return offset <= (index + 1 < epochs.count ? epochs[index + 1].start : next)
  }
}
