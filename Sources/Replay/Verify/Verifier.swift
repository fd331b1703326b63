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
  private var checkpoints: [CheckpointDirectory.Found]
  private var events: EventAudit
  private var verdict = Verdict()
  /// Named last: no state depends on it.
  private var damagedCheckpoint: SegmentDamage?

  /// Audits the log in `data`, copied or in use; throws only what keeps it from being read at all.
  package static func verify(data: String) throws(Complaint) -> Verdict {
    do {
      // Checkpoints first: what a log in use gains meanwhile cannot be ahead of them.
      let checkpoints = CheckpointDirectory(data: data).all()
      var verifier = Verifier(
        try LogAudit.open(data) { AdminLine.committedEnd(of: data) }, checkpoints)
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

  private init(_ audit: LogAudit, _ checkpoints: [CheckpointDirectory.Found]) {
    self.audit = audit
    let start = audit.state.start
    let base = checkpoints.last { $0.checkpoint?.projection.next == start }?.checkpoint
    events = EventAudit(
      from: start > 0 ? base?.projection ?? Projection(next: start) : Projection(),
      isComplete: start == 0 || base != nil)
    self.checkpoints = checkpoints
    verdict.start = start
    verdict.segments = audit.files.count
    if start > 0, base == nil {
      verdict.notes.append(
        "the log begins at offset \(start) and no checkpoint says what was before it: the order"
          + " of events and the texts of messages were not checked")
    }
  }

  private mutating func run() throws(StorageError) -> Verdict {
    noteCheckpoints()
    for file in audit.files {
      try walk(file)
      if verdict.firstBad != nil { break }
    }
    judge()
    verdict.next = events.projection.next
    verdict.events = verdict.next - verdict.start
    verdict.digest = events.projection.digest
    verdict.foreign = events.foreign
    verdict.extended = events.extended
    verdict.erased = events.erased
    return verdict
  }

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
    verdict.firstBad = damagedCheckpoint
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
    while verdict.firstBad == nil {
      switch try walk.next() {
      case .batch(let batch):
        index?.pass(batch)
        take(batch, walk)
        continue
      case .damaged(let damage): verdict.firstBad = damage
      case .end: break
      }
      break
    }
    guard verdict.firstBad == nil else { return }
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
        compareCheckpoints()
        what = events.take(record)
        latest = max(latest, record.timestamp)
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
}

extension Verifier {
  /// Keeps the checkpoints that can be compared, oldest first; the others are named.
  private mutating func noteCheckpoints() {
    var comparable: [CheckpointDirectory.Found] = []
    for found in checkpoints {
      guard let checkpoint = found.checkpoint else {
        // A server in use removes old ones while we look.
        if !audit.inUse, damagedCheckpoint == nil {
          damagedCheckpoint = SegmentDamage(
            file: "checkpoints/\(found.name)", position: 0, offset: 0,
            what: "it is no checkpoint, or damaged; a server takes an older one, or none")
        }
        continue
      }
      let next = checkpoint.projection.next
      guard audit.state.accepts(epoch: checkpoint.epoch, offset: next) else {
        verdict.notes.append(
          "checkpoints/\(found.name) is ahead of what was read, or of another log")
        continue
      }
      guard next >= audit.state.start else { continue }
      comparable.append(found)
    }
    checkpoints = comparable
  }

  private mutating func compareCheckpoints() {
    while let found = checkpoints.first, let checkpoint = found.checkpoint,
      checkpoint.projection.next <= events.projection.next
    {
      checkpoints.removeFirst()
      verdict.checkpoints += 1
      let (theirs, ours) = (checkpoint.projection.digest, events.projection.digest)
      guard theirs != ours else { continue }
      bad(
        "checkpoints/\(found.name)", 0, events.projection.next,
        "its digest is \(theirs.hex), the log's there is \(ours.hex)")
    }
  }
}
