/// What a log does in the background: sealed segments are rewritten smaller, old ones are let go.
///
///     1  `.log.rewritten`: written, synced, read back and compared with the segment
///     2  `meta.json` lists both files
///     3  indexes and rooms removed, the new file renamed over the old one, the directory synced
///     4  indexes and rooms of the new file written
///     5  `meta.json` lists the new file only, readers get it
///
/// A crash before 2 leaves a file that opening removes; from 2 on either file is good, and opening
/// finishes the job or takes it back. Readers hold a descriptor with the index that belongs to it,
/// so whoever is in the old file reads on in it.
///
/// A synchronous machine: each step does one piece of work of some ten milliseconds. `@unchecked`:
/// made by the opening thread, then touched by upkeep's alone.
final class Upkeep: @unchecked Sendable {
  enum Step: Equatable {
    case worked
    /// There is nothing to do before this many nanoseconds have passed or a segment is sealed.
    case idle(nanoseconds: Int64)
  }

  /// Between two looks at the age of segments, in nanoseconds.
  private static let lookDelay: Int64 = 60_000_000_000
  /// Before a refused change is asked for again, in nanoseconds.
  private static let retryDelay: Int64 = 1_000_000_000

  let storage: any Storage
  let layout: Layout
  let options: LogOptions
  let published: Published
  let time: any TimeSource
  private let owner: any SegmentOwner
  private var work = Work.none
  /// Not to be tried again before the next opening.
  private var given: Set<Int64> = []
  /// Segment files that are let go and not yet removed.
  private var removals: [Int64] = []

  private enum Work {
    case none
    case rewriting(SegmentRewrite)
    /// Compared; `meta.json` does not list it yet.
    case ready(SegmentSpan, SegmentRewrite.Product)
    /// Announced; the files are being exchanged.
    case listed(SegmentSpan, SegmentRewrite.Product)
    /// In its place; readers have the old one still.
    case swapped(Segment)
  }

  init(
    _ opener: Opener, _ options: LogOptions, _ published: Published, owner: any SegmentOwner
  ) {
    storage = opener.storage
    layout = opener.layout
    time = opener.time
    self.options = options
    self.published = published
    self.owner = owner
  }

  /// Does one piece of work.
  func step() -> Step {
    switch work {
    case .none: return begin()
    case .rewriting(let rewrite): return rewriting(rewrite)
    case .ready(let span, let product):
      return change(.announce(base: span.base, product.file), then: .listed(span, product))
    case .listed(let span, let product): return swap(span, product)
    case .swapped(let segment): return change(.replace(with: segment), then: .none)
    }
  }

  private func begin() -> Step {
    if let base = removals.popLast() { return remove(base) }
    if let start = dueStart { return trim(to: start) }
    guard options.rewritesSealed,
      let span = published.current.spans.dropLast().first(where: {
        !$0.segment.isShrunk && !given.contains($0.base)
      })
    else { return .idle(nanoseconds: Self.lookDelay) }
    do {
      let path = layout.rewritten(span.base)
      work = .rewriting(try SegmentRewrite(span, storage, path: path))
    } catch {
      return retry()
    }
    return .worked
  }

  private func rewriting(_ rewrite: SegmentRewrite) -> Step {
    let base = rewrite.span.base
    do {
      switch try rewrite.step() {
      case .going: break
      case .done(let product): work = .ready(rewrite.span, product)
      case .notSmaller:
        given.insert(base)
        return change(.keep(base: base), then: .none)
      }
    } catch {
      work = .none
      try? storage.remove(layout.rewritten(base))
      // No space may come back; whatever else is wrong with a file stays wrong.
      if case .disk(let error) = error, error.meaning == .noSpace { return retry() }
      given.insert(base)
    }
    return .worked
  }

  /// Asks for a change; on refusal for the moment the work stays where it is.
  private func change(_ change: SegmentChange, then next: Work) -> Step {
    do {
      try owner.change(change)
      work = next
      return .worked
    } catch {
      if case .disk(let error) = error, error.meaning == .broken { work = .none }
      if case .keep = change { work = .none }
      return retry()
    }
  }

  private func retry() -> Step { .idle(nanoseconds: Self.retryDelay) }

  private func swap(_ span: SegmentSpan, _ product: SegmentRewrite.Product) -> Step {
    do {
      work = .swapped(try exchange(span, product))
    } catch {
      // Either file is good, and the next opening knows what to do.
      given.insert(span.base)
      work = .none
    }
    return .worked
  }

  private func exchange(_ span: SegmentSpan, _ product: SegmentRewrite.Product)
    throws(StorageError) -> Segment
  {
    let (base, path) = (span.base, span.segment.path)
    span.segment.index.retire(product.oldEntries)
    span.segment.rooms.retire()
    for hint in [layout.index(base), layout.timeIndex(base), layout.rooms(base)] {
      try storage.remove(hint)
    }
    let file = try storage.open(layout.rewritten(base), .read)
    try storage.rename(layout.rewritten(base), to: path)
    try storage.syncDirectory(layout.segments)
    let index = SegmentIndex(
      offsetPath: layout.index(base), timePath: layout.timeIndex(base), entries: product.entries)
    let segment = Segment(base: base, path: path, file: file, index: index, isShrunk: true)
    // Both are hints: without space for them they stay in memory, or are made anew.
    if (try? index.write(product.entries, to: storage)) != nil { index.set(nil) }
    if let rooms = product.rooms { try? segment.rooms.write(rooms, to: storage) }
    return segment
  }
}

extension Upkeep {
  /// Where the log is to begin by now, if that is later than it does.
  ///
  /// By size: the oldest segments without which the log still has that many bytes. By age: those
  /// whose last record is older. The segment that is written always stays.
  private var dueStart: Int64? {
    let snapshot = published.current
    var start = snapshot.state.start
    var left = snapshot.spans.reduce(0) { $0 + $1.bytes } + snapshot.activeBytes
    left -= snapshot.spans.last?.bytes ?? 0
    // While the one being written is empty, the one before it has the last record, and with it the
    // time below which the next may not fall.
    let kept = snapshot.activeBytes == 0 ? 2 : 1
    for span in snapshot.spans.dropLast(kept) {
      left -= span.bytes
      let isTooMuch = options.retainBytes.map { left >= $0 } ?? false
      guard isTooMuch || isTooOld(span) else { break }
      start = span.next
    }
    return start > snapshot.state.start ? start : nil
  }

  private func isTooOld(_ span: SegmentSpan) -> Bool {
    guard let age = options.retainAgeMilliseconds else { return false }
    let access = IndexAccess(storage: storage, mayWrite: true)
    let last = published.pool.with { scratch -> Int64? in
      var walk = try? BatchWalk(span, scratch, offset: span.next - 1, index: access)
      return (try? walk?.next())?.header.maxTimestamp
    }
    guard let last else { return false }
    return time.wallMilliseconds - last > age
  }

  private func trim(to start: Int64) -> Step {
    let bases = published.current.spans.map(\.base).filter { $0 < start }
    guard options.willRetain?(start) ?? true else { return retry() }
    let step = change(.trim(to: start), then: .none)
    if step == .worked { removals = bases.reversed() }
    return step
  }

  /// Removes the files of a segment that is no longer listed; what stays, an opening removes.
  private func remove(_ base: Int64) -> Step {
    for path in layout.files(ofSegment: base) { try? storage.remove(path) }
    if removals.isEmpty { try? storage.syncDirectory(layout.segments) }
    return .worked
  }
}
