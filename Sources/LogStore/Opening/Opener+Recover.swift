internal import Glibc

/// The writing part of recovery: what becomes readable is durable first.
extension Opener {
  /// Makes durable what the survey read, before anything is done that builds on it.
  ///
  /// A process may have ended, or a sync failed, between a rename and the sync of its directory: of
  /// `meta.json`, of the last segment, of a segment that was rewritten.
  func syncNames() throws(SurveyError) {
    do {
      try storage.syncDirectory(layout.log)
      try storage.syncDirectory(layout.segments)
    } catch {
      throw .disk(error)
    }
  }

  /// Removes what a crash left half made; none of it was ever part of the log.
  func removeLeftovers() throws(SurveyError) {
    do {
      for directory in [layout.log, layout.segments] {
        for name in try storage.names(in: directory)
        where name.hasSuffix(".new") || name == "next.prepared" {
          try storage.remove("\(directory)/\(name)")
        }
      }
    } catch {
      throw .disk(error)
    }
  }

  /// Cuts what is torn and writes the batches behind the point again, then syncs; returns how many
  /// bytes of the file are written, zeros included.
  ///
  /// Why again: after a failed sync the page cache can hold, as clean, what the disk never got.
  func rewrite(_ survey: Survey, _ active: Survey.Active, _ report: inout OpeningReport)
    throws(SurveyError) -> Int64
  {
    let scan = active.scan
    let file = active.segment.file
    guard !survey.point.clean else { return scan.position }
    do {
      if active.tornBytes > 0 {
        try file.truncate(to: scan.position)
        report.cutBytes = active.tornBytes
        report.cutPosition = scan.position
      }
      try Self.copy(file, from: survey.pointPosition, to: scan.position)
      report.rewrittenBytes = scan.position - survey.pointPosition
      try file.sync()
    } catch {
      throw .disk(error)
    }
    return active.tornBytes > 0 ? scan.position : max(scan.size, scan.position)
  }

  private static let pieceBytes = 1 << 20

  /// Reads a range of a file and writes it to where it was.
  private static func copy(_ file: any StoredFile, from start: Int64, to end: Int64)
    throws(StorageError)
  {
    guard start < end else { return }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 4_096)
    defer { buffer.deallocate() }
    var position = start
    while position < end {
      let count = Int(min(Int64(pieceBytes), end - position))
      let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
      guard try file.read(into: piece, at: position) == count else {
        throw StorageError(.read, "a segment that shrank while it was opened", errno: EIO)
      }
      try file.write(UnsafeRawBufferPointer(piece), at: position)
      position += Int64(count)
    }
  }

  /// Writes `meta.json` and the recovery point; without space for them the log opens all the same,
  /// and appends wait until the writer has made up for it.
  func settle(_ recovered: inout Recovered) throws(SurveyError) {
    do {
      if recovered.metaIsStale {
        try storage.replace(layout.meta, in: layout.log, with: recovered.meta.bytes)
        recovered.metaIsStale = false
      }
      try storage.replace(layout.recoveryPoint, in: layout.log, with: recovered.point.bytes)
      recovered.pointIsStale = false
    } catch {
      guard error.meaning == .noSpace else { throw .disk(error) }
    }
  }
}

extension Survey {
  /// The time of the last record in ms since 1970; 0 if there is none.
  func lastTimestamp(_ storage: any Storage) throws(Damage) -> Int64 {
    if let active, active.scan.position > 0 { return active.scan.lastTimestamp }
    guard let span = sealed.last else { return 0 }
    do {
      let access = IndexAccess(storage: storage, mayWrite: true)
      var walk = try BatchWalk(span, ReadScratch(), offset: span.next - 1, index: access)
      return try walk.next()?.header.maxTimestamp ?? 0
    } catch {
      throw Damage(
        file: span.segment.name, position: 0, offset: span.next - 1, what: "\(error)")
    }
  }
}
