/// A log as opening left it: what the writer goes on from.
struct Recovered {
  var active: ActiveSegment
  var spans: [SegmentSpan]
  var next: Int64
  var lastTimestamp: Int64
  var meta: Meta
  var point: RecoveryPoint
  /// There was no space to write these; the writer does before it appends.
  var metaIsStale = false
  var pointIsStale = false
}
