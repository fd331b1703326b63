/// Changes of the sealed segments: `meta.json` first, then what readers see.
extension LogWriter: SegmentOwner {
  func change(_ change: SegmentChange) throws(ChangeError) {
    guard takes(change), !metaIsStale, !pointIsStale else { throw .notNow }
    var meta = self.meta
    var spans = self.spans
    guard apply(change, &meta, &spans) else { throw .notNow }
    do { try storage.replace(layout.meta, in: layout.log, with: meta.bytes) } catch {
      if error.meaning == .broken { stop(error) }
      throw .disk(error)
    }
    self.meta = meta
    self.spans = spans
    publish()
    if case .trim = change { observers.call() }
  }

  /// Without space, letting go is what helps.
  private func takes(_ change: SegmentChange) -> Bool {
    if case .trim = change { return health == .ok || health == .noSpace }
    return health == .ok
  }

  /// Makes a change in memory; `false` if it cannot be made, or not yet.
  private func apply(_ change: SegmentChange, _ meta: inout Meta, _ spans: inout [SegmentSpan])
    -> Bool
  {
    switch change {
    case .announce(let base, let file):
      // Before the recovery point everything is sealed, whatever a crash makes of the rest.
      guard base < point.segment, let index = meta.index(base: base),
        file.bytes < meta.segments[index].bytes
      else { return false }
      meta.segments[index].rewritten = file
    case .replace(let segment):
      guard let index = meta.index(base: segment.base),
        let place = spans.firstIndex(where: { $0.base == segment.base }),
        let file = meta.segments[index].rewritten,
        let entry = meta.segments[index].settled(onBytes: file.bytes)
      else { return false }
      meta.segments[index] = entry
      spans[place] = SegmentSpan(segment: segment, next: entry.next, bytes: entry.bytes)
    case .keep(let base):
      guard let index = meta.index(base: base) else { return false }
      meta.segments[index].isShrunk = true
    case .trim(let start):
      guard start > meta.start, spans.contains(where: { $0.base == start }),
        start <= point.segment
      else { return false }
      meta.start = start
      meta.segments.removeAll { $0.base < start }
      spans.removeAll { $0.base < start }
    }
    return true
  }
}
