/// From one segment to the next.
///
///     1  cut the old one's zeros, sync it
///     2  take `next.prepared`, made and synced before, rename it to its name, sync the directory
///     3  move the recovery point to (new base, position 0)
///     4  enter the old one in `meta.json`
///     5  append
///
/// A crash before 2 leaves the old segment as the last one; after 2, an empty last segment and
/// the point in the one before; after 3, a sealed segment without an entry, which opening checks
/// and enters.
extension LogWriter {
  /// Index entries have 32 bits for a position.
  static let segmentBytesMax = Int64(Int32.max)

  func rollIfNeeded(before bytes: Int, timestamp: Int64) throws(StorageError) {
    guard active.position > 0 else { return }
    let age = timestamp - (active.firstTimestamp ?? timestamp)
    let relative = next - active.segment.base + Int64(RecordBatch.recordsMax)
    guard
      active.position + Int64(bytes) > min(options.segmentBytes, Self.segmentBytesMax)
        || age >= options.segmentAgeMilliseconds || relative > Int64(Int32.max)
    else { return }
    try roll()
  }

  private func roll() throws(StorageError) {
    try syncActive(cuttingZeros: true)
    let zeros = try preparation.take()
    let path = layout.segment(next)
    // Opened before it has its name: behind the rename nothing may fail and be tried again later,
    // or the old segment would go on beside the new one.
    let prepared = try storage.open(layout.prepared, .write)
    try storage.rename(layout.prepared, to: path)
    try storage.syncDirectory(layout.segments)
    // By its new name only so that errors tell that one.
    let file = (try? storage.open(path, .write)) ?? prepared
    seal()
    let index = SegmentIndex(
      offsetPath: layout.index(next), timePath: layout.timeIndex(next), entries: .init())
    active = ActiveSegment(Segment(base: next, path: path, file: file, index: index))
    active.preparedEnd = zeros
    spans.append(SegmentSpan(segment: active.segment, next: next, bytes: 0))
    setPoint(clean: false)
    try settle()
    sealed()
  }

  /// Enters the active segment among the sealed ones and writes its indexes, which are hints: not
  /// finding space for them keeps them in memory.
  private func seal() {
    let segment = active.segment
    meta.segments.append(
      Meta.Entry(
        base: segment.base, next: next, bytes: active.position, checksum: active.fileChecksum))
    metaIsStale = true
    spans[spans.count - 1] = SegmentSpan(segment: segment, next: next, bytes: active.position)
    segment.index.add(nil, active.builder.seal())
    if let entries = segment.index.inMemory,
      (try? segment.index.write(entries, to: storage)) != nil
    {
      segment.index.set(nil)
    }
  }

  /// Makes everything written to the active segment durable.
  func syncActive(cuttingZeros: Bool) throws(StorageError) {
    if cuttingZeros, active.preparedEnd > active.position { try cutBack() }
    try active.file.sync()
    unsynced = false
    syncDue = nil
  }

  /// Moves the recovery point, in memory, to the end of what is synced.
  func setPoint(clean: Bool) {
    precondition(!unsynced, "the recovery point is never ahead of the disk")
    point = RecoveryPoint(
      segment: active.segment.base, next: next, position: active.position,
      checksum: active.lastChecksum, durability: options.durability, clean: clean)
    pointIsStale = true
  }

  /// Brings the recovery point and `meta.json` to the disk as they are in memory.
  func settle() throws(StorageError) {
    if metaComesFirst { try settleMeta() }
    if pointIsStale {
      try storage.replace(layout.recoveryPoint, in: layout.log, with: point.bytes)
      pointIsStale = false
    }
    try settleMeta()
  }

  private func settleMeta() throws(StorageError) {
    guard metaIsStale else { return }
    try storage.replace(layout.meta, in: layout.log, with: meta.bytes)
    metaIsStale = false
    metaComesFirst = false
  }
}
