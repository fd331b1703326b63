/// One segment file, for listings.
package struct SegmentSummary: Sendable, Equatable {
  package let file: String
  package let base: Int64
  package let next: Int64
  /// Bytes of batches in it.
  package let bytes: Int64
}

/// Reads a data directory without the lock and writes nothing.
///
/// A copied or closed one is read to its end, one in use to its recovery point, or to the committed
/// end where somebody says which that is.
package final class LogReader: Sendable {
  /// Bytes at the end that are no batch, as a crash leaves them; opening for writing cuts them.
  package let tornBytes: Int64
  /// Somebody else is writing, so that there may be more than is seen here.
  package let inUse: Bool
  /// What keeps the log from being read on at its end: `state.next` is where that lies, and whoever
  /// waits there waits for ever.
  package let endsIn: SegmentDamage?
  let published: Published

  package static func open(_ path: String) throws(OpenError) -> LogReader {
    try open(path, storage: POSIXStorage())
  }

  /// - Parameter committedEnd: asked of a directory in use: the offset behind the last committed
  ///   record, from whoever writes it. What is committed is read to there; else to the recovery
  ///   point.
  package static func open(
    _ path: String, storage: any Storage, committedEnd: @escaping () -> Int64? = { nil }
  ) throws(OpenError) -> LogReader {
    let (survey, inUse) = try Surveyor.look(at: path, storage, committedEnd: committedEnd)
    return LogReader(survey, storage, inUse: inUse)
  }

  private init(_ survey: Survey, _ storage: any Storage, inUse: Bool) {
    self.inUse = inUse
    tornBytes = survey.active?.tornBytes ?? 0
    endsIn = survey.endsInDamage ? survey.damage.map(SegmentDamage.init) : nil
    published = Published(
      survey.snapshot(health: survey.damage.map { .damaged($0.description) } ?? .ok),
      recentBytes: 0, access: IndexAccess(storage: storage, mayWrite: false))
  }

  package var state: LogState { published.current.state }

  package var segments: [SegmentSummary] {
    let snapshot = published.current
    return snapshot.spans.indices.map { index in
      let span = snapshot.span(at: index)
      return SegmentSummary(
        file: span.segment.name, base: span.base, next: span.next, bytes: span.bytes)
    }
  }

  /// As `EventLog.scan`.
  @discardableResult
  package func scan(from offset: Int64, to end: Int64?, _ body: (RecordView) -> ScanStep)
    throws(ReadError) -> Int64
  {
    try published.scan(from: offset, to: end, body)
  }

  /// As `EventLog.scan(from:to:key:passing:)`.
  @discardableResult
  package func scan(
    from offset: Int64, to end: Int64?, key: [UInt8], passing limit: Int = .max,
    _ body: (RecordView) -> ScanStep
  ) throws(ReadError) -> Int64 {
    try published.scan(from: offset, to: end, key: key, passing: limit, body)
  }

  /// As `EventLog.offset(forTime:)`.
  package func offset(forTime milliseconds: Int64) throws(ReadError) -> Int64 {
    try published.offset(forTime: milliseconds)
  }
}
