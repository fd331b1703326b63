/// Bounds of consumer groups.
package struct GroupOptions: Sendable {
  /// Groups there may be, with members or only with a place in the log.
  package var groupsMost = 1_000
  /// Members of one group, those included that were only given an identity.
  package var membersMost = 64
  /// Bytes of a group's, a member's or an instance's name.
  package var nameBytesMost = 256
  /// Bytes of all that one member says of the ways it can share partitions, and of an assignment.
  package var protocolBytesMost = 16 << 10
  /// Bytes of all that the members of all groups say together.
  package var bytesMost = 32 << 20
  /// Bytes that a client may put beside an offset.
  package var metadataBytesMost = 4_096
  /// Milliseconds of silence after which a member is gone; a client chooses within.
  package var sessionMilliseconds: ClosedRange<Int32> = 1_000...1_800_000
  /// Milliseconds that members get to come back when a group is shared anew, at most.
  package var rebalanceMillisecondsMost: Int32 = 1_800_000
  /// Milliseconds after which the place of a group without members is forgotten: a week.
  package var retentionMilliseconds: Int64 = 7 * 24 * 3_600_000

  package init() {}
}
