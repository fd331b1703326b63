internal import Hashing
internal import LogStore
internal import Projector

/// Holds each checkpoint against the log as the walk comes to its offset; one is in memory at a
/// time.
struct CheckpointAudit {
  /// The offset at which the next one is to be compared; `Int64.max`: none is left.
  private(set) var next = Int64.max
  /// Checkpoints whose digest was computed again and agreed.
  private(set) var compared = 0
  /// One that is none, or damaged: named last, because no state depends on it.
  private(set) var damaged: SegmentDamage?
  private(set) var notes: [String] = []

  private let directory: CheckpointDirectory
  /// The oldest first.
  private var waiting: [(name: String, next: Int64)]
  private var log: LogState?
  private var inUse = false
  /// The last offset at which log and checkpoint were the same.
  private var agreed: Int64 = -1

  /// Lists what there is.
  init(data: String) {
    directory = CheckpointDirectory(data: data)
    let directory = directory
    waiting = ((try? directory.names()) ?? []).map { ($0, directory.next(of: $0) ?? -1) }
  }

  /// The newest checkpoint that has folded nothing at or behind `offset`, or the one at the start.
  func base(of log: LogState, upTo offset: Int64) -> Checkpoint? {
    directory.newest(of: log, upTo: max(offset, log.start)).flatMap {
      $0.projection.next >= log.start ? $0 : nil
    }
  }

  /// The walk begins at `first`: those before it can be read, but not be compared.
  mutating func begin(_ log: LogState, at first: Int64, inUse: Bool) {
    self.log = log
    self.inUse = inUse
    agreed = first - 1
    while let oldest = waiting.first, oldest.next < first {
      waiting.removeFirst()
      _ = read(oldest.name)
    }
    next = waiting.first?.next ?? .max
  }

  /// The walk has come to the next one: what is wrong with it, or with the log before it.
  mutating func compare(with ours: Projection) -> SegmentDamage? {
    var found: SegmentDamage?
    while let oldest = waiting.first, oldest.next <= ours.next, found == nil {
      waiting.removeFirst()
      guard let theirs = read(oldest.name) else { continue }
      guard log?.accepts(epoch: theirs.epoch, offset: oldest.next) ?? false else {
        note(oldest.name)
        continue
      }
      compared += 1
      if theirs.projection.digest == ours.digest {
        agreed = ours.next - 1
        continue
      }
      let (offset, what) = Disagreement.words(
        theirs: theirs.projection, ours: ours, agreed: agreed)
      found = SegmentDamage(
        file: "checkpoints/\(oldest.name)", position: 0, offset: offset, what: what)
    }
    next = waiting.first?.next ?? .max
    return found
  }

  /// The walk is over: what is left is ahead of it.
  mutating func finish() {
    for ahead in waiting where read(ahead.name) != nil { note(ahead.name) }
    waiting = []
    next = .max
  }

  private mutating func note(_ name: String) {
    notes.append("checkpoints/\(name) is ahead of what was read, or of another log")
  }

  private mutating func read(_ name: String) -> Checkpoint? {
    let checkpoint = directory.read(name)
    let isWhole = checkpoint.map { $0.projection.next == directory.next(of: name) } ?? false
    // A server in use removes old ones while we look.
    if !isWhole, !inUse, damaged == nil {
      damaged = SegmentDamage(
        file: "checkpoints/\(name)", position: 0, offset: 0,
        what: "it is no checkpoint, or damaged; a server takes an older one, or none")
    }
    return isWhole ? checkpoint : nil
  }
}
