internal import Chat
internal import Hashing
internal import LogStore
internal import Projector

/// Reads everything in a data directory once, in order, and stops at the first thing that is wrong.
///
/// Checked are: every batch (structure, checksum, offsets, sizes), the order of times, each sealed
/// segment's bytes and checksum as `meta.json` has them, the index files, every event's canonical
/// form, what may follow what, each message against its keystrokes, and each checkpoint's digest.
package struct Verifier {
  private let audit: LogAudit
  private var checkpoints: CheckpointAudit
  private var events: EventAudit
  private var verdict = Verdict()
  private var bar = ProgressBar("verifying")

  /// Audits the log in `data`, copied or in use; throws only what keeps it from being read at all.
  ///
  /// - Parameter from: where to go on; what the nearest checkpoint before has folded is believed.
  package static func verify(data: String, from: Int64 = 0) throws(Complaint) -> Verdict {
    do {
      // Checkpoints first: what a log in use gains meanwhile cannot be ahead of them.
      let checkpoints = CheckpointAudit(data: data)
      let audit = try LogAudit.open(data) { AdminLine.committedEnd(of: data) }
      var verifier = Verifier(audit, checkpoints, from: from)
      return try verifier.run()
    } catch let error as OpenError {
      if case .damaged(let file, let position, let what) = error {
        var verdict = Verdict()
        verdict.digest = Projection().digest
        verdict.firstBad = SegmentDamage(file: file, position: position, offset: 0, what: what)
        return verdict
      }
      throw Complaint(error, data: data)
    } catch let error as StorageError {
      throw Complaint(error)
    } catch {
      throw Complaint(.refused, "\(error)")
    }
  }

  private init(_ audit: LogAudit, _ checkpoints: CheckpointAudit, from: Int64) {
    self.audit = audit
    self.checkpoints = checkpoints
    let start = audit.state.start
    let base = from > start || start > 0 ? checkpoints.base(of: audit.state, upTo: from) : nil
    let first = base?.projection.next ?? start
    events = EventAudit(
      from: base?.projection ?? Projection(next: start), isComplete: start == 0 || base != nil)
    self.checkpoints.begin(audit.state, at: first, inUse: audit.inUse)
    verdict.start = first
    if first > start {
      verdict.notes.append(
        "checked from offset \(first) on; what was before is taken from a checkpoint")
    } else if start > 0, base == nil {
      verdict.notes.append(
        "the log begins at offset \(start) and no checkpoint says what was before it: the order"
          + " of events and the texts of messages were not checked")
    }
  }

  private mutating func run() throws(StorageError) -> Verdict {
    for file in audit.files where file.next > verdict.start || file.next == audit.state.next {
      verdict.segments += 1
      try walk(file)
      if verdict.firstBad != nil || isInterrupted { break }
    }
    bar.clear()
    if isInterrupted {
      verdict.interruptedAt = events.projection.next
    } else {
      judge()
    }
    verdict.checkpoints = checkpoints.compared
    verdict.next = events.projection.next
    verdict.events = verdict.next - verdict.start
    verdict.digest = events.projection.digest
    verdict.foreign = events.foreign
    verdict.extended = events.extended
    verdict.erased = events.erased
    return verdict
  }

  private var isInterrupted: Bool { Interruption.isRequested }

  /// Weighs what an opening would stop at against what the walk met: the earlier one is named.
  private mutating func judge() {
    if let damage = audit.damage {
      let isEarlier = verdict.firstBad.map { $0.offset > damage.offset && $0.file != damage.file }
      if isEarlier ?? true { verdict.firstBad = damage }
    }
    guard verdict.firstBad == nil else { return }
    var last: Int64 = 0
    for epoch in audit.state.epochs {
      if epoch.start < last || epoch.start > audit.state.next {
        return bad("meta.json", 0, epoch.start, "epoch \(epoch.id) begins at \(epoch.start)")
      }
      last = epoch.start
    }
    checkpoints.finish()
    verdict.firstBad = checkpoints.damaged
    verdict.notes += checkpoints.notes
    if audit.tornBytes > 0 {
      verdict.notes.append(
        "the last \(audit.tornBytes) bytes are of a batch that was never acknowledged; the next"
          + " start of the server cuts them")
    }
    if audit.inUse {
      verdict.notes.append(
        audit.isToldEnd
          ? "the directory is in use: it was read to what its server had committed"
          : "the directory is in use: what was written since the last recovery point was not read")
    }
  }

  private mutating func bad(_ file: String, _ position: Int64, _ offset: Int64, _ what: String) {
    guard verdict.firstBad == nil else { return }
    verdict.firstBad = SegmentDamage(file: file, position: position, offset: offset, what: what)
  }
}

extension Verifier {
  private mutating func walk(_ file: LogAudit.File) throws(StorageError) {
    var walk = try SegmentWalk(path: file.path, limit: file.bytes)
    var index = file.isSealed && !file.isBeingReplaced ? try IndexAudit(file) : nil
    while verdict.firstBad == nil, !isInterrupted {
      switch try walk.next() {
      case .batch(let batch):
        index?.pass(batch)
        take(batch, walk)
        bar.show(
          events.projection.next - verdict.start, of: audit.state.next - verdict.start)
        continue
      case .damaged(let damage): verdict.firstBad = damage
      case .end: break
      }
      break
    }
    guard verdict.firstBad == nil, !isInterrupted else { return }
    let next = walk.expected ?? file.base
    if next != file.next || walk.position != file.bytes {
      bad(
        walk.name, walk.position, next,
        "the batches end at offset \(next), not at \(file.next)")
    } else if let checksum = file.checksum, checksum != walk.checksum {
      bad(walk.name, 0, file.base, "the file is not the one that meta.json has the checksum of")
    }
    index?.finish()
    if let damage = index?.damage { verdict.firstBad = verdict.firstBad ?? damage }
  }

  private mutating func take(_ batch: BatchSummary, _ walk: SegmentWalk) {
    var latest = batch.baseTimestamp
    var what: String?
    var offset = batch.base
    do {
      try walk.records { record in
        offset = record.offset
        latest = max(latest, record.timestamp)
        guard offset >= events.projection.next else { return .advance }
        compareCheckpoints()
        what = events.take(record)
        return what == nil && verdict.firstBad == nil ? .advance : .stop
      }
    } catch {
      verdict.firstBad = verdict.firstBad ?? error
    }
    if let what { return bad(walk.name, batch.position, offset, what) }
    if verdict.firstBad == nil, latest != batch.maxTimestamp {
      bad(
        walk.name, batch.position, batch.base,
        "the batch's latest time is \(latest) ms, not \(batch.maxTimestamp) as it says")
    }
    compareCheckpoints()
  }

  @inline(__always)
  private mutating func compareCheckpoints() {
    guard checkpoints.next <= events.projection.next else { return }
    let damage = checkpoints.compare(with: events.projection)
    verdict.firstBad = verdict.firstBad ?? damage
  }
}
