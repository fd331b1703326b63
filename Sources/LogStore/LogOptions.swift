/// What survives what.
package enum Durability: Sendable, Equatable {
  /// Synced before it is acknowledged: survives a power cut.
  case commit
  /// Synced every so many milliseconds: a power cut takes back what came since.
  case interval(milliseconds: Int64)
  /// Left to the operating system: survives the end of the process only.
  case os
}

/// How a log is opened.
package struct LogOptions: Sendable {
  /// Bytes after which a segment is sealed.
  package static let segmentBytesDefault: Int64 = 64 << 20
  /// Milliseconds after a segment's first record after which the next append seals it: a week.
  package static let segmentAgeDefault: Int64 = 7 * 24 * 3_600_000
  /// Bytes of recent batches kept in memory for tails.
  package static let recentBytesDefault = 8 << 20

  package var durability: Durability
  package var segmentBytes: Int64
  package var segmentAgeMilliseconds: Int64
  package var recentBytes: Int
  /// Write zeros ahead of the data, so that a sync need not record a new file size.
  package var preparesZeros: Bool
  /// Space set aside for when there is none left.
  package var ballast: BallastSize = .none
  /// Begin a new epoch although nothing was lost (a restored backup).
  package var newEpoch: Bool
  /// Open although the wall clock is more than a day behind the last record.
  package var acceptClock: Bool
  /// Rewrite sealed segments in the background, with the same records in fewer bytes.
  package var rewritesSealed = false
  /// Let the oldest segments go as long as the others have so many bytes; `nil`: keep them.
  package var retainBytes: Int64?
  /// Let segments go whose last record is this old; `nil`: keep them.
  package var retainAgeMilliseconds: Int64?
  /// Asked on upkeep's thread before everything below an offset is let go; `false` puts it off.
  ///
  /// Where a fold may begin at that offset from then on, it is to be durable before this returns.
  package var willRetain: (@Sendable (_ start: Int64) -> Bool)?

  package init(
    durability: Durability = .commit, segmentBytes: Int64 = segmentBytesDefault,
    segmentAgeMilliseconds: Int64 = segmentAgeDefault, recentBytes: Int = recentBytesDefault,
    preparesZeros: Bool = true, newEpoch: Bool = false, acceptClock: Bool = false
  ) {
    self.durability = durability
    self.segmentBytes = segmentBytes
    self.segmentAgeMilliseconds = segmentAgeMilliseconds
    self.recentBytes = recentBytes
    self.preparesZeros = preparesZeros
    self.newEpoch = newEpoch
    self.acceptClock = acceptClock
  }
}

extension LogOptions {
  /// There is something to do in the background.
  var hasUpkeep: Bool {
    rewritesSealed || retainBytes != nil || retainAgeMilliseconds != nil
  }
}
