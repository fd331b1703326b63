/// Finding a place in a segment through its index, trusting nothing it says.
extension SegmentSpan {
  /// Where a batch begins.
  struct Hint: Equatable {
    let position: Int64
    let base: Int64
  }

  private var beginning: Hint { Hint(position: 0, base: base) }

  /// A batch at or before the one with `offset`, at most about 4 KiB and a batch before it.
  func hint(for offset: Int64, _ scratch: ReadScratch, _ access: IndexAccess) throws(ReadError)
    -> Hint
  {
    for attempt in 0...1 {
      if let entry = segment.index.floor(relative: offset - base, access.storage) {
        if let hint = try landing(entry, scratch) { return hint }
        // What is in memory was made from the batches: it is they that changed.
        if segment.index.inMemory != nil { return beginning }
      } else if segment.index.inMemory != nil || segment.index.filesExist(access.storage) {
        return beginning
      }
      if attempt == 0 { try rebuild(scratch, access) }
    }
    return beginning
  }

  /// What stands where an entry points, if it is the batch the entry means.
  private func landing(_ entry: OffsetEntry, _ scratch: ReadScratch) throws(ReadError) -> Hint? {
    let position = Int64(entry.position)
    guard entry.relative >= 0, position >= 0, position < bytes else { return nil }
    scratch.begin(segment.file, limit: bytes)
    let found: UnsafeRawBufferPointer?
    do { found = try scratch.bytes(at: position, count: RecordBatch.headerBytes) } catch {
      throw failure(error)
    }
    guard let start = found?.baseAddress else { return nil }
    let header = BatchHeader(start)
    guard (try? header.checkFrame()) != nil, header.lastOffsetDelta >= 0, header.base >= base,
      header.base < next, header.last == base + Int64(entry.relative),
      position + Int64(header.totalBytes) <= bytes
    else { return nil }
    return Hint(position: position, base: header.base)
  }

  /// Makes the index anew from the batches' headers, up to where they make no sense.
  func rebuild(_ scratch: ReadScratch, _ access: IndexAccess) throws(ReadError) {
    var builder = IndexBuilder(base: base)
    var entries = SegmentIndex.Entries()
    var walk = BatchWalk(self, scratch, position: 0, expected: base)
    do {
      try walk.skip { header, position in
        if let (offset, time) = builder.add(header, at: position) {
          entries.offsets.append(offset)
          if let time { entries.times.append(time) }
        }
        return true
      }
    } catch ReadError.damaged {
      // Whoever reads on from the last entry meets the damage and reports it.
    }
    if let time = builder.seal() { entries.times.append(time) }
    // In memory until written, so that a directory without space or permission still reads well.
    segment.index.set(entries)
    guard access.mayWrite else { return }
    if (try? segment.index.write(entries, to: access.storage)) != nil { segment.index.set(nil) }
  }
}
