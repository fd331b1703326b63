/// Finishes what upkeep was at when the log was last left.
extension Opener {
  /// Settles each segment that may be either of two files on one of them, and removes the files of
  /// segments that were let go.
  func finishUpkeep(_ meta: inout Meta, _ spans: inout [SegmentSpan]) throws(SurveyError) {
    do {
      try removeUnlisted(meta)
      for index in meta.segments.indices where meta.segments[index].rewritten != nil {
        let entry = meta.segments[index]
        guard let place = spans.firstIndex(where: { $0.base == entry.base }) else { continue }
        if spans[place].bytes == entry.bytes, let segment = try exchange(entry) {
          spans[place] = SegmentSpan(
            segment: segment, next: entry.next, bytes: entry.rewritten?.bytes ?? entry.bytes)
        } else if spans[place].bytes != entry.bytes {
          // A crash may have left the old file's, in whichever order they were removed.
          try removeHints(entry.base)
        }
        meta.segments[index] = entry.settled(onBytes: spans[place].bytes) ?? entry
      }
    } catch {
      throw .disk(error)
    }
  }

  private func removeUnlisted(_ meta: Meta) throws(StorageError) {
    let rewritten = Set(meta.segments.filter { $0.rewritten != nil }.map(\.base))
    for name in try storage.names(in: layout.segments) {
      if name.hasSuffix(Layout.rewrittenSuffix) {
        let base = Layout.base(ofFile: String(name.dropLast(Layout.rewrittenSuffix.utf8.count)))
        if base.map(rewritten.contains) != true {
          try storage.remove("\(layout.segments)/\(name)")
        }
      }
      if let base = Layout.base(ofFile: name), base < meta.start {
        for path in layout.files(ofSegment: base) { try storage.remove(path) }
      }
    }
  }

  private func removeHints(_ base: Int64) throws(StorageError) {
    for hint in [layout.index(base), layout.timeIndex(base), layout.rooms(base)] {
      try storage.remove(hint)
    }
  }

  /// Puts the announced file in the place of the old one if it is what was announced, else removes
  /// it and returns `nil`.
  private func exchange(_ entry: Meta.Entry) throws(StorageError) -> Segment? {
    let base = entry.base
    guard let file = try announced(entry) else {
      try storage.remove(layout.rewritten(base))
      return nil
    }
    try removeHints(base)
    try storage.rename(layout.rewritten(base), to: layout.segment(base))
    try storage.syncDirectory(layout.segments)
    let index = SegmentIndex(
      offsetPath: layout.index(base), timePath: layout.timeIndex(base), entries: nil)
    return Segment(
      base: base, path: layout.segment(base), file: file, index: index, isShrunk: true)
  }

  private func announced(_ entry: Meta.Entry) throws(StorageError) -> (any StoredFile)? {
    let file: any StoredFile
    do {
      file = try storage.open(layout.rewritten(entry.base), .read)
    } catch  where error.isAbsence {
      return nil
    }
    guard let expected = entry.rewritten, try file.size() == expected.bytes else { return nil }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4_096)
    defer { buffer.deallocate() }
    var (position, checksum): (Int64, UInt32) = (0, 0)
    while position < expected.bytes {
      let count = try file.read(into: buffer, at: position)
      guard count > 0 else { return nil }
      checksum = crc32c(UnsafeRawBufferPointer(rebasing: buffer[..<count]), after: checksum)
      position += Int64(count)
    }
    return checksum == expected.checksum ? file : nil
  }
}
