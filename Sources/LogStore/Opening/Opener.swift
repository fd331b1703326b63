/// Opens a log for writing: creates it, or recovers what a crash left.
struct Opener {
  let storage: any Storage
  let layout: Layout
  let options: LogOptions
  let time: any TimeSource
  /// For the names of epochs.
  var random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()

  /// What opening ends with.
  enum Outcome {
    case writable(Recovered, OpeningReport)
    case damaged(Survey, OpeningReport)
  }

  func open() throws(OpenError) -> Outcome {
    do {
      let surveyor = Surveyor(
        storage: storage, layout: layout, inUse: false, opensForWriting: true)
      guard let survey = try surveyor.survey() else { return try create() }
      var report = OpeningReport()
      report.clean = survey.point.clean
      report.durability = survey.point.durability
      report.enteredSegments = survey.entered
      if let damage = survey.damage {
        report.damage = damage.description
        return .damaged(survey, report)
      }
      guard let active = survey.active else { preconditionFailure("sound, but without a segment") }
      return try recover(survey, active, report)
    } catch {
      switch error {
      case .open(let refusal): throw refusal
      case .disk(let error): throw Self.refusal(error)
      }
    }
  }

  static func refusal(_ error: StorageError) -> OpenError {
    error.meaning == .unwritable
      ? .unwritable(path: error.path, errno: error.errno)
      : .io(errno: error.errno, file: error.path)
  }

  private func newEpoch() -> String {
    var random = random
    return EpochID.random(using: &random)
  }

  private func disk<Value>(_ body: () throws(StorageError) -> Value) throws(SurveyError) -> Value {
    do { return try body() } catch { throw .disk(error) }
  }

  /// `meta.json` first, the recovery point last: until it is there, opening creates again.
  private func create() throws(SurveyError) -> Outcome {
    try disk { () throws(StorageError) in
      let meta = Meta(epochs: [Epoch(id: newEpoch(), start: 0)])
      try storage.replace(layout.meta, in: layout.log, with: meta.bytes)
      // A crash may have come between making the directories and making them durable.
      try storage.syncDirectory(layout.data)
      try storage.syncAncestors(of: layout.data)
      let file = try storage.open(layout.segment(0), .create)
      try file.sync()
      try storage.syncDirectory(layout.segments)
      let point = RecoveryPoint(
        segment: 0, next: 0, position: 0, checksum: 0, durability: options.durability,
        clean: false)
      try storage.replace(layout.recoveryPoint, in: layout.log, with: point.bytes)
      let index = SegmentIndex(
        offsetPath: layout.index(0), timePath: layout.timeIndex(0), entries: .init())
      let segment = Segment(base: 0, path: layout.segment(0), file: file, index: index)
      var report = OpeningReport()
      report.created = true
      report.newEpoch = true
      report.durability = options.durability
      report.file = segment.name
      return .writable(
        Recovered(
          active: ActiveSegment(segment),
          spans: [SegmentSpan(segment: segment, next: 0, bytes: 0)], next: 0, lastTimestamp: 0,
          meta: meta, point: point), report)
    }
  }

  private func recover(_ survey: Survey, _ active: Survey.Active, _ report: OpeningReport)
    throws(SurveyError) -> Outcome
  {
    var report = report
    let lastTimestamp: Int64
    do { lastTimestamp = try survey.lastTimestamp(storage) } catch {
      var survey = survey
      survey.note(error)
      report.damage = survey.damage?.description
      return .damaged(survey, report)
    }
    try checkClock(lastTimestamp)
    report.file = active.segment.name
    try syncNames()
    try removeLeftovers()
    var (meta, spans) = (survey.meta, survey.sealed)
    try finishUpkeep(&meta, &spans)
    let preparedEnd = try rewrite(survey, active, &report)
    let scan = active.scan
    spans.append(SegmentSpan(segment: active.segment, next: scan.next, bytes: scan.position))
    var recovered = Recovered(
      active: ActiveSegment(active.segment, scan, preparedEnd: preparedEnd), spans: spans,
      next: scan.next, lastTimestamp: lastTimestamp, meta: meta, point: survey.point)
    if options.newEpoch || (!survey.point.clean && survey.point.durability != .commit) {
      recovered.meta.epochs.append(Epoch(id: newEpoch(), start: scan.next))
      report.newEpoch = true
    }
    recovered.metaIsStale = report.newEpoch || !survey.entered.isEmpty || meta != survey.meta
    recovered.point = RecoveryPoint(
      segment: active.segment.base, next: scan.next, position: scan.position,
      checksum: scan.lastChecksum, durability: options.durability, clean: false)
    recovered.pointIsStale = true
    try settle(&recovered)
    return .writable(recovered, report)
  }

  /// Ahead is taken as time passed; far behind would have to be carried for as long.
  private func checkClock(_ lastTimestamp: Int64) throws(SurveyError) {
    let behind = lastTimestamp - time.wallMilliseconds
    if behind > LogClock.startToleratedMilliseconds, !options.acceptClock {
      throw .open(.clockBehind(milliseconds: behind))
    }
  }
}
