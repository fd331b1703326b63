/// Makes the planned files and puts them in place.
extension Repair {
  /// Writes everything beside what is there; until the last line of it the log is as it was.
  func prepare(
    _ plan: RepairPlan, _ heaps: [BatchHeap], _ known: Known, _ report: inout RepairReport
  ) throws(StorageError) {
    var made: [Made] = []
    for segment in plan.segments { made.append(try make(segment, heaps)) }
    if plan.segments.isEmpty {
      let base = report.kept.lowerBound
      try storage.open(layout.segment(base) + ".new", .create).sync()
      made = [Made(base: base, next: base)]
    }
    try storage.syncDirectory(layout.segments)
    let meta = remembered(known, made, &report)
    try storage.replace(layout.metaRepaired, in: layout.log, with: meta.bytes)
    guard let last = made.last else { return }
    let point = RecoveryPoint(
      segment: last.base, next: last.next, position: last.bytes, checksum: last.lastChecksum,
      durability: .commit, clean: true)
    try storage.replace(layout.recoveryPointRepaired, in: layout.log, with: point.bytes)
  }

  /// A segment as it stands now, or will once its file is renamed.
  struct Made {
    let base: Int64
    let next: Int64
    var bytes: Int64 = 0
    var checksum: UInt32 = 0
    var lastChecksum: UInt32 = 0
    var isUntouched = false
  }

  private func make(_ segment: RepairPlan.Segment, _ heaps: [BatchHeap]) throws(StorageError)
    -> Made
  {
    var made = Made(base: segment.base, next: segment.next)
    if let heap = segment.untouched, let stretch = heaps[heap].stretches.first {
      made.bytes = heaps[heap].size
      made.checksum = heaps[heap].checksum
      made.lastChecksum = stretch.lastChecksum
      made.isUntouched = true
      return made
    }
    let path = layout.segment(segment.base) + ".new"
    let file = try storage.open(path, .create)
    for piece in segment.pieces {
      switch piece {
      case .stretch(let heap, let stretch):
        made.checksum = try file.copy(
          stretch.positions, of: heaps[heap].file, at: made.bytes, after: made.checksum)
        made.bytes += Int64(stretch.positions.count)
        made.lastChecksum = stretch.lastChecksum
      case .mended(let bytes, _, _, let checksum):
        try append(bytes, to: file, &made)
        made.lastChecksum = checksum
      case .filler(let offsets, let timestamp):
        try fill(offsets, timestamp, file, &made)
      }
    }
    try file.sync()
    return made
  }

  private func append(_ bytes: [UInt8], to file: any StoredFile, _ made: inout Made)
    throws(StorageError)
  {
    try bytes.span.withUnsafeBytes { (bytes) throws(StorageError) in
      try append(bytes, to: file, &made)
    }
  }

  private func append(
    _ bytes: UnsafeRawBufferPointer, to file: any StoredFile, _ made: inout Made
  ) throws(StorageError) {
    try file.write(bytes, at: made.bytes)
    made.checksum = crc32c(bytes, after: made.checksum)
    made.bytes += Int64(bytes.count)
  }

  private func fill(
    _ offsets: Range<Int64>, _ timestamp: Int64, _ file: any StoredFile, _ made: inout Made
  ) throws(StorageError) {
    let encoder = BatchEncoder()
    let record = Record(key: nil, value: placeholder)
    var next = offsets.lowerBound
    while next < offsets.upperBound {
      encoder.clear()
      while next + Int64(encoder.count) < offsets.upperBound,
        encoder.fits(count: 1, bytes: record.bytesBound)
      { encoder.add(record) }
      let batch = encoder.seal(base: next, timestamp: timestamp)
      if let start = batch.baseAddress { made.lastChecksum = BatchHeader(start).checksum }
      try append(batch, to: file, &made)
      next += Int64(encoder.count)
    }
  }

  /// `meta.json` as it will be.
  private func remembered(_ known: Known, _ made: [Made], _ report: inout RepairReport) -> Meta {
    let start = made.first?.base ?? 0
    let next = made.last?.next ?? 0
    var meta = Meta(epochs: known.meta?.epochs ?? [])
    meta.start = start
    // An epoch that begins behind the end cannot have given an offset that is still there.
    meta.epochs = meta.epochs.map { Epoch(id: $0.id, start: min($0.start, next)) }
    if meta.epochs.isEmpty || !report.lost.isEmpty {
      let begun = Epoch(id: EpochID.random(), start: meta.epochs.isEmpty ? start : next)
      meta.epochs.append(begun)
      report.newEpoch = begun
    }
    meta.segments = made.dropLast().map { made in
      var entry = Meta.Entry(
        base: made.base, next: made.next, bytes: made.bytes, checksum: made.checksum)
      let old = known.meta?.entry(base: made.base)?.settled(onBytes: made.bytes)
      entry.isShrunk = made.isUntouched && old?.isShrunk ?? false
      return entry
    }
    return meta
  }
}
