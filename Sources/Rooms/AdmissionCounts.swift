/// What admission counts since the start, for the operator.
package struct AdmissionCounts: Sendable, Equatable {
  /// Connections welcomed with a participant or as watchers.
  package var welcomes: Int64 = 0
  /// Of them, those that went on from their own cursor.
  package var resumes: Int64 = 0
  /// Of them, those whose cursor was not good any more.
  package var resets: Int64 = 0
  /// Snapshots encoded; all who come at one state of a room share one.
  package var snapshotsEncoded: Int64 = 0
}
