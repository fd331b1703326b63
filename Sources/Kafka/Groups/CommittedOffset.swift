/// A group's place in the log.
struct CommittedOffset: Equatable, Sendable {
  var offset: Int64
  /// What the client put beside it, at most ``GroupOptions/metadataBytesMost``.
  var metadata: String
  /// Milliseconds since 1970.
  var time: Int64
}
