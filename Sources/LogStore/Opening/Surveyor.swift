/// Reads a data directory and judges it; writes nothing.
struct Surveyor {
  let storage: any Storage
  let layout: Layout
  let scratch = ReadScratch()
  /// Somebody else is writing: what is behind the recovery point is not looked at, unless
  /// `committedEnd` says how far it is good.
  let inUse: Bool
  /// Asks whoever is writing for the offset behind the last committed record; nil: no answer.
  var committedEnd: () -> Int64? = { nil }
  /// The active segment will be written, so it is opened for that.
  var opensForWriting = false

  /// `nil`: there is no log yet.
  ///
  /// In a directory in use a segment can be replaced or let go between two looks, which is no
  /// damage: what seems wrong is looked at again as long as `meta.json` changes.
  func survey() throws(SurveyError) -> Survey? {
    for _ in 1..<(inUse ? Self.looksMax : 1) {
      let before = try metaBytes()
      do throws(SurveyError) {
        let survey = try look()
        if survey?.damage == nil { return survey }
        if try metaBytes() == before { return survey }
      } catch {
        if try metaBytes() == before { throw error }
      }
    }
    return try look()
  }

  private static let looksMax = 20

  private func metaBytes() throws(SurveyError) -> [UInt8]? {
    try disk { () throws(StorageError) in
      try storage.contents(layout.meta, limit: Meta.bytesMax)
    }
  }

  private func look() throws(SurveyError) -> Survey? {
    // The point before the names: a roll between the two must not show a segment without a point.
    let pointBytes = try disk { () throws(StorageError) in
      try storage.contents(layout.recoveryPoint, limit: RecoveryPoint.bytesMax)
    }
    var bases = try segmentBases()
    guard let metaBytes = try metaBytes() else {
      if bases.isEmpty { return nil }
      throw .open(.damaged(file: "meta.json", position: 0, what: "missing or too long"))
    }
    let meta: Meta
    do { meta = try Meta.parse(metaBytes) } catch { throw .open(refusal(error, "meta.json")) }
    guard let pointBytes else {
      // Creation may have been cut short; then nothing can have been acknowledged.
      var isNew = meta.segments.isEmpty
      for base in bases where isNew { isNew = try isEmpty(base) }
      if isNew { return nil }
      throw .open(.damaged(file: "recovery-point", position: 0, what: "missing or too long"))
    }
    let point: RecoveryPoint
    do { point = try RecoveryPoint.parse(pointBytes) } catch {
      throw .open(refusal(error, "recovery-point"))
    }
    if inUse { bases.removeAll { $0 > point.segment } }
    // Let go, but not yet removed.
    bases.removeAll { $0 < meta.start }
    var survey = Survey(layout: layout, meta: meta, point: point)
    try judge(bases, &survey)
    return survey
  }

  private func refusal(_ fault: SealedText.Fault, _ file: String) -> OpenError {
    switch fault {
    case .version(let found):
      .otherVersion(file: file, found: found, supported: SealedText.version)
    case .malformed(let what): .damaged(file: file, position: 0, what: what)
    }
  }

  private func segmentBases() throws(SurveyError) -> [Int64] {
    do {
      return try storage.names(in: layout.segments).compactMap(Layout.base(ofFile:)).sorted()
    } catch  where error.isAbsence {
      return []
    } catch {
      throw .disk(error)
    }
  }

  private func isEmpty(_ base: Int64) throws(SurveyError) -> Bool {
    try disk { () throws(StorageError) in
      let file = try storage.open(layout.segment(base), .read)
      let scan = try SegmentScan(base: base, file: file, scratch)
      return try scan.lastNonZero(from: 0) == nil
    }
  }

  func disk<Value>(_ body: () throws(StorageError) -> Value) throws(SurveyError) -> Value {
    do { return try body() } catch { throw .disk(error) }
  }

  private func judge(_ bases: [Int64], _ survey: inout Survey) throws(SurveyError) {
    if !inUse, try isHalfRepaired { return survey.note(Self.halfRepaired) }
    guard let last = bases.last else {
      survey.note(
        .init(
          file: Layout.name(survey.point.segment) + ".log", position: 0, offset: 0,
          what: "missing"))
      return
    }
    try judgeSealed(bases.dropLast(), last: last, &survey)
    guard survey.damage == nil else {
      survey.endsInDamage = true
      return
    }
    try judgeActive(last, &survey)
  }

  /// The segments that are not the last: present, of their size, each going on where the one
  /// before ends.
  private func judgeSealed(_ bases: ArraySlice<Int64>, last: Int64, _ survey: inout Survey)
    throws(SurveyError)
  {
    var expected = survey.meta.start
    let entries = survey.meta.segments
    for (index, base) in bases.enumerated() {
      let name = Layout.name(base) + ".log"
      guard base == expected else {
        return survey.note(missing(from: expected, found: base))
      }
      let file = try disk { () throws(StorageError) in
        try storage.open(layout.segment(base), .read)
      }
      let entry: Meta.Entry
      if let known = index < entries.count && entries[index].base == base
        ? entries[index] : survey.meta.entry(base: base)
      {
        let size = try disk { () throws(StorageError) in try file.size() }
        let settled = known.settled(onBytes: size)
        entry = settled ?? known
        if settled == nil {
          survey.note(
            .init(
              file: name, position: min(size, known.bytes), offset: base,
              what: "the file has \(size) bytes, not \(known.bytes) as sealed"))
        }
      } else {
        guard let scanned = try scanSealed(base, file, &survey) else { return }
        entry = scanned
      }
      survey.sealed.append(
        SegmentSpan(
          segment: segment(base, file, nil, isShrunk: entry.isShrunk), next: entry.next,
          bytes: entry.bytes))
      expected = entry.next
    }
    if expected != last { return survey.note(missing(from: expected, found: last)) }
    if !inUse, entries.contains(where: { $0.base >= last }) {
      survey.note(missing(from: entries.last?.next ?? last, found: last))
    }
  }

  private func missing(from expected: Int64, found: Int64) -> Survey.Damage {
    Survey.Damage(
      file: Layout.name(expected) + ".log", position: 0, offset: expected,
      what: expected < found
        ? "missing: the next segment begins at offset \(found)"
        : "segment \(Layout.name(found)).log overlaps or follows nothing")
  }

  /// A sealed segment without an entry: a roll was cut short, or the entry is lost.
  private func scanSealed(_ base: Int64, _ file: any StoredFile, _ survey: inout Survey)
    throws(SurveyError) -> Meta.Entry?
  {
    let scan = try disk { () throws(StorageError) in
      var scan = try SegmentScan(base: base, file: file, scratch)
      try scan.run()
      return scan
    }
    let name = Layout.name(base) + ".log"
    guard scan.fault == nil, scan.position == scan.size, scan.next > base else {
      let what = scan.fault?.description ?? "a sealed segment ends in zeros"
      survey.note(.init(file: name, position: scan.position, offset: scan.next, what: what))
      return nil
    }
    let entry = Meta.Entry(
      base: base, next: scan.next, bytes: scan.size, checksum: scan.fileChecksum)
    survey.meta.segments.append(entry)
    survey.entered.append(name)
    return entry
  }

  func segment(
    _ base: Int64, _ file: any StoredFile, _ entries: SegmentIndex.Entries?, isShrunk: Bool = false
  ) -> Segment {
    Segment(
      base: base, path: layout.segment(base), file: file,
      index: SegmentIndex(
        offsetPath: layout.index(base), timePath: layout.timeIndex(base), entries: entries),
      isShrunk: isShrunk)
  }
}
