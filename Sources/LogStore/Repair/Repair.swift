/// Mends a damaged log: keeps every good batch there is, wherever it lies, puts placeholders where
/// records are gone from the middle, and cuts only what nothing good follows.
///
/// Nothing is thrown away: files that are replaced or taken out are moved to `DATA/log/damaged-…`
/// as they were. In this order, so that a repair cut short at any step can be repeated:
///
///     1  the new segments as `….log.new`, `meta.json.repaired`, `recovery-point.repaired`, synced:
///        nothing that was there has been touched, and a second repair begins anew
///     2  each old file moved aside, each new one to its name; then `meta.json`, and the recovery
///        point last: from 1 on, a second repair goes on with this, and no log is opened
///        for writing
package struct Repair {
  let storage: any Storage
  let layout: Layout
  let time: any TimeSource
  /// The value of a record that stands for one that is gone.
  let placeholder: [UInt8]

  /// Called before anything changes, with the first offset whose record may become another.
  ///
  /// What was made of that record is to be forgotten, durably, before this returns.
  package typealias WillChange = (_ first: Int64) throws(StorageError) -> Void

  /// Repairs the log in `data`, where something is wrong with it.
  package static func run(
    _ data: String, placeholder: [UInt8], storage: any Storage = POSIXStorage(),
    time: any TimeSource = SystemTime(), willChange: WillChange = { _ throws(StorageError) in }
  ) throws(RepairError) -> RepairReport {
    let repair = Repair(
      storage: storage, layout: Layout(data: data), time: time, placeholder: placeholder)
    let lock: any StorageLock
    do {
      do { _ = try storage.names(in: repair.layout.log) } catch  where error.isAbsence {
        throw RepairError.missing(path: data)
      }
      guard let taken = try storage.lock(repair.layout.lock) else {
        throw RepairError.locked(path: data)
      }
      lock = taken
    } catch let error as StorageError {
      throw .disk(error)
    } catch let error as RepairError {
      throw error
    } catch {
      throw .missing(path: data)
    }
    defer { withExtendedLifetime(lock) {} }
    return try repair.run(willChange)
  }

  /// What the directory says of itself, as far as it can be read.
  struct Known {
    var meta: Meta?
    var point: RecoveryPoint?
    var damage: [SegmentDamage] = []
  }

  private func run(_ willChange: WillChange) throws(RepairError) -> RepairReport {
    var report = RepairReport()
    if try disk({ () throws(StorageError) in try isPrepared }) {
      report.damage = [Surveyor.cutShort]
      // What was lost is not known any more.
      try disk { () throws(StorageError) in try willChange(0) }
      try finish(&report)
      return report
    }
    var known = try known()
    let heaps = try disk { () throws(StorageError) in try self.heaps() }
    try judge(heaps, &known)
    report.damage = known.damage
    guard !known.damage.isEmpty else {
      report.kept =
        (heaps.first?.named ?? 0)..<(heaps.last?.stretches.last?.offsets.upperBound ?? 0)
      return report
    }
    let start = known.meta?.start ?? 0
    var bases = Set(heaps.compactMap(\.named))
    for entry in known.meta?.segments ?? [] { bases.insert(entry.base) }
    let chain = StretchChain(heaps, bases: bases).best(from: start)
    let plan = try disk { () throws(StorageError) in
      try RepairPlan(chain, heaps, syncsLast: !(known.point?.clean ?? false))
    }
    account(plan, heaps, known, &report)
    try disk { () throws(StorageError) in try prepare(plan, heaps, known, &report) }
    if let first = report.lost.map(\.lowerBound).min() {
      try disk { () throws(StorageError) in try willChange(first) }
    }
    try finish(&report)
    return report
  }

  func disk<Value>(_ body: () throws(StorageError) -> Value) throws(RepairError) -> Value {
    do { return try body() } catch { throw .disk(error) }
  }

  private func known() throws(RepairError) -> Known {
    var known = Known()
    known.meta = try read(layout.meta, Meta.bytesMax, &known, Meta.parse)
    known.point = try read(
      layout.recoveryPoint, RecoveryPoint.bytesMax, &known, RecoveryPoint.parse)
    return known
  }

  private func read<Value>(
    _ path: String, _ limit: Int64, _ known: inout Known,
    _ parse: ([UInt8]) throws(SealedText.Fault) -> Value
  ) throws(RepairError) -> Value? {
    let file = Layout.fileName(path)
    let bytes = try disk { () throws(StorageError) in try storage.contents(path, limit: limit) }
    let what: String
    do {
      if let bytes { return try parse(bytes) }
      what = "missing or too long"
    } catch {
      switch error {
      case .version(let found):
        throw .otherVersion(file: file, found: found, supported: SealedText.version)
      case .malformed(let why): what = why
      }
    }
    known.damage.append(SegmentDamage(file: file, position: 0, offset: 0, what: what))
    return nil
  }

  /// Every segment file, in the order of their names.
  private func heaps() throws(StorageError) -> [BatchHeap] {
    let scratch = ReadScratch()
    var heaps: [BatchHeap] = []
    let names: [String]
    do { names = try storage.names(in: layout.segments) } catch  where error.isAbsence {
      _ = try storage.makeDirectory(layout.segments)
      return []
    }
    for name in names.sorted() {
      // Of a repair that was cut short before it had all it needed.
      if name.hasSuffix(".new") { try storage.remove("\(layout.segments)/\(name)") }
      guard Layout.base(ofFile: name) != nil else { continue }
      let file = try storage.open("\(layout.segments)/\(name)", .read)
      heaps.append(try BatchHeap(name, file, scratch))
    }
    return heaps
  }
}
