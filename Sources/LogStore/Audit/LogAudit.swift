/// A data directory as an auditor meets it: what it says of itself, and which files to walk.
///
/// Judged as an opening would judge it, so that both agree on what is torn and what is damage, but
/// nothing is written and no sealed segment is believed.
package struct LogAudit: Sendable {
  /// One segment and what is known of it elsewhere.
  package struct File: Sendable {
    package let path: String
    package let base: Int64
    /// Where the next segment begins, or where the log ends.
    package let next: Int64
    /// Bytes of batches: of the whole file if it is sealed.
    package let bytes: Int64
    /// The CRC-32C that `meta.json` has of the whole file; `nil` for the last segment, and for one
    /// whose entry a crash has prevented.
    package let checksum: UInt32?
    package let isSealed: Bool
    /// A smaller file takes its place: its index files may be of either, or missing.
    package let isBeingReplaced: Bool
    /// Its index files, if there are any.
    package let indexPath: String
    package let timeIndexPath: String
  }

  /// Somebody else is writing: nothing behind the committed end is looked at.
  package let inUse: Bool
  /// The committed end is that which the writer named; else it is the recovery point.
  package let isToldEnd: Bool
  package let state: LogState
  package let files: [File]
  /// Bytes at the end that are no batch, as a crash leaves them.
  package let tornBytes: Int64
  /// What an opening would stop at; there may be more before it, which only a walk finds.
  package let damage: SegmentDamage?

  /// - Parameter committedEnd: as ``LogReader/open(_:storage:committedEnd:)``.
  package static func open(
    _ path: String, committedEnd: @escaping () -> Int64? = { nil }
  ) throws(OpenError) -> LogAudit {
    let (survey, inUse) = try Surveyor.look(
      at: path, ReadOnlyStorage(), committedEnd: committedEnd)
    return LogAudit(survey, inUse: inUse)
  }

  private init(_ survey: Survey, inUse: Bool) {
    self.inUse = inUse
    isToldEnd = survey.isToldEnd
    state = survey.snapshot(health: survey.damage.map { .damaged($0.description) } ?? .ok).state
    tornBytes = survey.active?.tornBytes ?? 0
    damage = survey.damage.map(SegmentDamage.init)
    let entries = Dictionary(survey.meta.segments.map { ($0.base, $0) }) { $1 }
    let entered = Set(survey.entered)
    var files = survey.sealed.map { span in
      let known = entered.contains(span.segment.name) ? nil : entries[span.base]
      let found = known.flatMap { $0.settled(onBytes: span.bytes) } ?? known
      return File(
        span.segment, next: span.next, bytes: span.bytes, checksum: found?.checksum,
        isSealed: true, isBeingReplaced: known?.rewritten != nil)
    }
    if let active = survey.active {
      files.append(
        File(
          active.segment, next: active.scan.next, bytes: active.scan.position, checksum: nil,
          isSealed: false, isBeingReplaced: false))
    }
    self.files = files
  }
}

extension LogAudit.File {
  fileprivate init(
    _ segment: Segment, next: Int64, bytes: Int64, checksum: UInt32?, isSealed: Bool,
    isBeingReplaced: Bool
  ) {
    self.init(
      path: segment.path, base: segment.base, next: next, bytes: bytes, checksum: checksum,
      isSealed: isSealed, isBeingReplaced: isBeingReplaced, indexPath: segment.index.offsetPath,
      timeIndexPath: segment.index.timePath)
  }
}

extension LogReader {
  /// As `open`, also where nothing may be written.
  package static func openReadOnly(
    _ path: String, committedEnd: @escaping () -> Int64? = { nil }
  ) throws(OpenError) -> LogReader {
    try open(path, storage: ReadOnlyStorage(), committedEnd: committedEnd)
  }
}
