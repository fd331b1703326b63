/// The last segment: where the recovery point tells a crash from damage.
extension Surveyor {
  func judgeActive(_ base: Int64, _ survey: inout Survey) throws(SurveyError) {
    let file = try disk { () throws(StorageError) in
      try storage.open(layout.segment(base), opensForWriting ? .write : .read)
    }
    let point = survey.point
    survey.pointPosition = position(of: point, in: base, &survey)
    let committed = inUse ? committedEnd() : nil
    survey.isToldEnd = committed != nil
    let limit = inUse && committed == nil ? survey.pointPosition : .max
    var scan = try disk { () throws(StorageError) in
      var scan = try SegmentScan(base: base, file: file, limit: limit, scratch)
      try scan.run(to: survey.pointPosition)
      return scan
    }
    check(scan, against: point, base, &survey)
    if survey.damage == nil {
      scan = try disk { () throws(StorageError) in
        var scan = scan
        if let committed { try scan.run(toOffset: committed) } else { try scan.run() }
        return scan
      }
    }
    var active = Survey.Active(segment: segment(base, file, nil), scan: scan)
    if survey.damage != nil {
      active = try goOnBehindDamage(active, to: committed)
    } else if let committed {
      // What is behind the committed end is being written; before it, nothing can be torn. The
      // point may be older than a start of the writer, so that it being clean says nothing.
      if scan.next < committed {
        let what = scan.fault?.description ?? "zeros before the committed end, offset \(committed)"
        survey.note(damage(active, what))
        active = try goOnBehindDamage(active, to: committed)
      }
    } else if let fault = scan.fault {
      try judgeTail(fault, &active, &survey)
    } else if point.clean, scan.position != survey.pointPosition {
      survey.note(
        damage(active, "batches behind a clean recovery point at \(survey.pointPosition)"))
    }
    active.segment.index.set(active.scan.entries)
    survey.active = active
    if let damage = survey.damage {
      survey.endsInDamage =
        active.scan.fault != nil || active.scan.next < committed ?? 0
        || damage.offset >= active.scan.next
    }
  }

  /// Where the point lies in the last segment; a roll may have been cut short before it moved.
  private func position(of point: RecoveryPoint, in base: Int64, _ survey: inout Survey) -> Int64 {
    if point.segment == base { return point.position }
    if point.segment == survey.sealed.last?.base { return 0 }
    survey.note(
      .init(
        file: "recovery-point", position: 0, offset: point.next,
        what: "it names segment \(Layout.name(point.segment)).log, which is not the last"))
    return 0
  }

  /// Whether the batches before the point are the ones that were synced.
  private func check(
    _ scan: SegmentScan, against point: RecoveryPoint, _ base: Int64, _ survey: inout Survey
  ) {
    let file = Layout.name(base) + ".log"
    let what: String
    if let fault = scan.fault, scan.position < survey.pointPosition {
      what = fault.description
    } else if scan.position < survey.pointPosition {
      what = "the batches end before the recovery point at \(survey.pointPosition)"
    } else if point.segment != base {
      return
    } else if scan.position != point.position || scan.next != point.next {
      what = "no batch ends at the recovery point, \(point.position) and offset \(point.next)"
    } else if scan.lastChecksum != point.checksum, point.position > 0 {
      what = "the batch before the recovery point is not the one that was synced"
    } else {
      return
    }
    survey.note(.init(file: file, position: scan.position, offset: scan.next, what: what))
  }

  /// Behind the point: torn if nothing valid follows and the mode allows no more than one batch
  /// unsynced; in weaker modes whatever follows the first bad batch is cut.
  private func judgeTail(
    _ fault: BatchFault, _ active: inout Survey.Active, _ survey: inout Survey
  ) throws(SurveyError) {
    let scan = active.scan
    if survey.point.clean {
      survey.note(damage(active, fault.description))
    } else if survey.point.durability == .commit {
      let valid = try disk { () throws(StorageError) in
        try scan.validBatch()
      }
      if valid != nil { survey.note(damage(active, fault.description)) }
    }
    if survey.damage != nil {
      active = try goOnBehindDamage(active, to: nil)
      return
    }
    let last = try disk { () throws(StorageError) in try scan.lastNonZero(from: scan.position) }
    active.tornBytes = (last ?? scan.position) + 1 - scan.position
  }

  private func damage(_ active: Survey.Active, _ what: String) -> Survey.Damage {
    Survey.Damage(
      file: active.segment.name, position: active.scan.position, offset: active.scan.next,
      what: what)
  }

  /// Readers get what is good behind a bad batch too, up to the committed end where there is one;
  /// the hole itself they meet as an error.
  private func goOnBehindDamage(
    _ active: Survey.Active, to committed: Int64?
  ) throws(SurveyError) -> Survey.Active {
    let scan = try disk { () throws(StorageError) in
      var scan = active.scan
      while true {
        try scan.run(toOffset: committed ?? .max)
        guard scan.fault != nil, let valid = try scan.validBatch(near: true) else { return scan }
        var resumed = scan
        try resumed.resume(at: valid)
        guard resumed.next < committed ?? .max else { return scan }
        scan = resumed
      }
    }
    return Survey.Active(segment: active.segment, scan: scan)
  }
}
