/// What opening found and did, for the banner and for people who ask what a crash cost.
package struct OpeningReport: Sendable, Equatable {
  /// The directory held no log before.
  package var created = false
  /// The last stop was a clean close.
  package var clean = true
  /// The mode in which anything behind the recovery point was written.
  package var durability: Durability = .commit
  /// Batches behind the recovery point that were good, and written and synced again.
  package var rewrittenBytes: Int64 = 0
  /// Bytes of batches, whole or not, that were cut from the end of `file` at `cutPosition`.
  package var cutBytes: Int64 = 0
  package var cutPosition: Int64 = 0
  /// The segment file the tail lies in.
  package var file = ""
  /// A new epoch began.
  package var newEpoch = false
  /// Sealed segments without an entry that were checked and entered.
  package var enteredSegments: [String] = []
  /// Why the log is read-only; names file, position and offsets.
  package var damage: String?
}
