/// A consistent copy of a data directory, also of one that a server is writing.
///
/// It holds sealed segments, the last one up to the recovery point or the committed end where a
/// server says which that is, `meta.json` and a recovery point at the copy's end.
///
/// Every byte is checked on its way: what is damaged is named and not copied. The recovery point is
/// written last, so that a copy cut short does not open. Indexes are left to be made anew.
package struct Backup {
  /// What was copied.
  package struct Report: Sendable {
    /// Offsets in the copy.
    package let offsets: Range<Int64>
    package let segments: Int
    package let bytes: Int64
    /// A server was writing: what came after it was asked is not in the copy.
    package let inUse: Bool
    /// It said how far its log is committed; else the copy ends at its recovery point.
    package let isToldEnd: Bool
    /// Of the copy, for those who put more beside it.
    package let state: LogState
  }

  package enum Failure: Error, Equatable {
    case open(OpenError)
    /// There is a log where the copy was to go.
    case taken(path: String)
    case damaged(SegmentDamage)
    case disk(StorageError)
  }

  private let storage: any Storage
  private let source: Layout
  private let target: Layout
  private let committedEnd: () -> Int64?

  /// Copies the log of `data` to `directory`, which is made, and must not hold a log.
  ///
  /// - Parameter committedEnd: as ``LogReader/open(_:storage:committedEnd:)``.
  package static func run(
    _ data: String, to directory: String, storage: any Storage = POSIXStorage(),
    committedEnd: @escaping () -> Int64? = { nil }
  ) throws(Failure) -> Report {
    let backup = Backup(
      storage: storage, source: Layout(data: data), target: Layout(data: directory),
      committedEnd: committedEnd)
    return try backup.run()
  }

  private func run() throws(Failure) -> Report {
    let names: [String]
    do { names = try storage.names(in: target.log) } catch {
      guard error.isAbsence else { throw .disk(error) }
      names = []
    }
    guard names.isEmpty else { throw .taken(path: target.data) }
    let inUse = storage.isLocked(source.lock)
    let survey = try survey(inUse: inUse)
    var entries: [Meta.Entry] = []
    var bytes: Int64 = 0
    try disk { () throws(StorageError) in try storage.makeDirectories(target.segments) }
    for span in survey.sealed {
      let copied = try copy(span.segment, next: span.next, bytes: span.bytes)
      let known = survey.meta.entry(base: span.base)?.settled(onBytes: span.bytes)
      if let known, known.checksum != copied.fileChecksum {
        throw .damaged(
          SegmentDamage(
            file: span.segment.name, position: 0, offset: span.base,
            what: "the file is not the one that meta.json has the checksum of"))
      }
      var entry = Meta.Entry(
        base: span.base, next: span.next, bytes: span.bytes, checksum: copied.fileChecksum)
      entry.isShrunk = known?.isShrunk ?? false
      entries.append(entry)
      bytes += span.bytes
    }
    guard let active = survey.active else { throw .open(.missing(path: source.data)) }
    _ = try copy(active.segment, next: active.scan.next, bytes: active.scan.position)
    bytes += active.scan.position
    var meta = survey.meta
    meta.segments = entries
    // One in use is copied to what is known to be committed, so that the copy ends clean there.
    let point = RecoveryPoint(
      segment: active.segment.base, next: inUse ? active.scan.next : survey.point.next,
      position: inUse ? active.scan.position : survey.pointPosition,
      checksum: inUse ? active.scan.lastChecksum : survey.point.checksum,
      durability: survey.point.durability, clean: inUse || survey.point.clean)
    try disk { () throws(StorageError) in
      try storage.syncDirectory(target.segments)
      try storage.replace(target.meta, in: target.log, with: meta.bytes)
      try storage.replace(target.recoveryPoint, in: target.log, with: point.bytes)
      try storage.syncDirectory(target.data)
    }
    return Report(
      offsets: survey.start..<survey.next, segments: entries.count + 1, bytes: bytes,
      inUse: inUse, isToldEnd: survey.isToldEnd, state: survey.snapshot(health: .ok).state)
  }

  private func survey(inUse: Bool) throws(Failure) -> Survey {
    let survey: Survey?
    do {
      var surveyor = Surveyor(storage: storage, layout: source, inUse: inUse)
      surveyor.committedEnd = committedEnd
      survey = try surveyor.survey()
    } catch {
      switch error {
      case .open(let refusal): throw .open(refusal)
      case .disk(let error): throw .disk(error)
      }
    }
    guard let survey else { throw .open(.missing(path: source.data)) }
    if let damage = survey.damage { throw .damaged(SegmentDamage(damage)) }
    return survey
  }

  private func disk<Value>(_ body: () throws(StorageError) -> Value) throws(Failure) -> Value {
    do { return try body() } catch { throw .disk(error) }
  }

  /// Copies the first `bytes` of a segment, each batch checked; syncs the copy.
  private func copy(_ segment: Segment, next: Int64, bytes: Int64) throws(Failure) -> SegmentScan {
    let scan = try disk { () throws(StorageError) in
      var scan = try SegmentScan(
        base: segment.base, file: segment.file, limit: bytes, ReadScratch())
      try scan.run()
      return scan
    }
    guard scan.fault == nil, scan.position == bytes, scan.next == next else {
      throw .damaged(
        SegmentDamage(
          file: segment.name, position: scan.position, offset: scan.next,
          what: scan.fault?.description ?? "the batches end at offset \(scan.next), not at \(next)")
      )
    }
    let checksum = try disk { () throws(StorageError) in
      let file = try storage.open(target.segment(segment.base), .create)
      let checksum = try file.copy(0..<bytes, of: segment.file)
      try file.sync()
      return checksum
    }
    // What is in the copy is what was checked, though the disk was read twice.
    guard checksum == scan.fileChecksum else {
      throw .damaged(
        SegmentDamage(
          file: segment.name, position: 0, offset: segment.base,
          what: "two readings of the file differ"))
    }
    return scan
  }
}
