/// What is wrong, and what it costs.
extension Repair {
  /// Adds what an opening would stop at, and what only reading everything shows.
  func judge(_ heaps: [BatchHeap], _ known: inout Known) throws(RepairError) {
    guard let meta = known.meta, known.point != nil else { return }
    let surveyor = Surveyor(storage: storage, layout: layout, inUse: false)
    let survey: Survey?
    do { survey = try surveyor.survey() } catch {
      switch error {
      case .disk(let error): throw .disk(error)
      case .open(.damaged(let file, let position, let what)):
        known.damage.append(
          SegmentDamage(file: file, position: position, offset: 0, what: what))
        return
      case .open: return
      }
    }
    guard let survey else { return }
    let sealed = Set(survey.sealed.map(\.segment.name))
    for heap in heaps where sealed.contains(heap.name) {
      if let found = fault(of: heap, meta) { known.damage.append(found) }
    }
    if let found = survey.damage, !known.damage.contains(where: { $0.file == found.file }) {
      known.damage.append(
        SegmentDamage(
          file: found.file, position: found.position, offset: found.offset, what: found.what))
    }
  }

  private func fault(of heap: BatchHeap, _ meta: Meta) -> SegmentDamage? {
    let base = heap.named ?? 0
    let first = heap.stretches.first
    func damage(_ position: Int64, _ offset: Int64, _ what: String) -> SegmentDamage {
      SegmentDamage(file: heap.name, position: position, offset: offset, what: what)
    }
    if let bad = heap.bad.first {
      let before = heap.stretches.last { $0.positions.upperBound <= bad.lowerBound }
      return damage(
        bad.lowerBound, before?.offsets.upperBound ?? base, heap.faults[0].description)
    }
    guard let first, first.offsets.lowerBound == base else {
      return damage(
        0, base,
        BatchFault.baseOffset(expected: base, found: first?.offsets.lowerBound ?? 0).description)
    }
    if heap.stretches.count > 1 {
      return damage(
        first.positions.upperBound, first.offsets.upperBound,
        BatchFault.baseOffset(
          expected: first.offsets.upperBound, found: heap.stretches[1].offsets.lowerBound
        ).description)
    }
    guard let entry = meta.entry(base: base)?.settled(onBytes: heap.size) else { return nil }
    if entry.next != first.offsets.upperBound || entry.checksum != heap.checksum {
      return damage(0, base, "the file is not the one that meta.json has the checksum of")
    }
    return nil
  }

  /// What is kept and lost by a plan.
  func account(
    _ plan: RepairPlan, _ heaps: [BatchHeap], _ known: Known, _ report: inout RepairReport
  ) {
    let end = max(known.point?.next ?? 0, known.meta?.segments.last?.next ?? 0)
    report.mended = plan.mended
    guard let first = plan.segments.first, let last = plan.segments.last else {
      let named = heaps.compactMap(\.named).max() ?? 0
      report.kept = max(end, named)..<max(end, named)
      let start = known.meta?.start ?? 0
      if start < end { report.lost = [start..<end] }
      return
    }
    report.kept = first.base..<last.next
    let start = known.meta?.start ?? first.base
    if start < first.base { report.lost.append(start..<first.base) }
    report.lost += plan.fillers
    if last.next < end { report.lost.append(last.next..<end) }
    if case .stretch(let index, let stretch)? = last.pieces.last, let point = known.point,
      !point.clean, let bad = heaps[index].bad.last,
      bad.lowerBound >= stretch.positions.upperBound, last.next >= end
    {
      report.tornBytes = Int64(bad.count)
    }
  }
}
