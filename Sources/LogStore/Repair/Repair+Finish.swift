/// Puts what was prepared in place; repeated from the start, it goes on where it was cut short.
extension Repair {
  /// All is ready, so nothing is to be judged again.
  var isPrepared: Bool {
    get throws(StorageError) {
      try storage.contents(layout.recoveryPointRepaired, limit: RecoveryPoint.bytesMax) != nil
    }
  }

  /// Moves the old files aside and the new ones to their names; the offsets that are there then.
  func finish(_ report: inout RepairReport) throws(RepairError) {
    let meta = try ready(layout.metaRepaired, or: layout.meta, Meta.bytesMax, Meta.parse)
    let point = try ready(
      layout.recoveryPointRepaired, or: layout.recoveryPoint, RecoveryPoint.bytesMax,
      RecoveryPoint.parse)
    let bases = Set(meta.segments.map(\.base) + [point.segment])
    report.kept = (meta.segments.first?.base ?? point.segment)..<point.next
    report.aside = try disk { () throws(StorageError) in
      let aside = try makeAside()
      try moveSegments(bases, aside)
      for path in [layout.meta, layout.recoveryPoint] {
        guard try exists(path + ".repaired") else { continue }
        if try exists(path) { try storage.rename(path, to: "\(aside)/\(Layout.fileName(path))") }
        try storage.rename(path + ".repaired", to: path)
        try storage.syncDirectory(layout.log)
      }
      try storage.syncDirectory(aside)
      return aside
    }
  }

  private func ready<Value>(
    _ path: String, or placed: String, _ limit: Int64,
    _ parse: ([UInt8]) throws(SealedText.Fault) -> Value
  ) throws(RepairError) -> Value {
    for path in [path, placed] {
      let bytes = try disk { () throws(StorageError) in
        try storage.contents(path, limit: limit)
      }
      if let bytes, let value = try? parse(bytes) { return value }
    }
    throw .disk(StorageError(.read, path, errno: 5))
  }

  private func exists(_ path: String) throws(StorageError) -> Bool {
    do { _ = try storage.open(path, .read) } catch  where error.isAbsence { return false }
    return true
  }

  private func moveSegments(_ bases: Set<Int64>, _ aside: String) throws(StorageError) {
    let names = Set(try storage.names(in: layout.segments))
    for name in names.sorted() {
      guard let base = Layout.base(ofFile: name) else { continue }
      if bases.contains(base), !names.contains(name + ".new") { continue }
      for path in layout.files(ofSegment: base).dropLast() { try storage.remove(path) }
      try storage.rename("\(layout.segments)/\(name)", to: "\(aside)/\(name)")
    }
    for base in bases.sorted() where names.contains(Layout.name(base) + ".log.new") {
      let path = layout.segment(base)
      try storage.rename(path + ".new", to: path)
    }
    try storage.syncDirectory(layout.segments)
  }

  /// `damaged-` and the time in ms since 1970, with a number behind it if that is taken.
  private func makeAside() throws(StorageError) -> String {
    let stem = "\(layout.log)/damaged-\(time.wallMilliseconds)"
    var path = stem
    var number = 1
    while try !storage.makeDirectory(path) {
      number += 1
      path = "\(stem)-\(number)"
    }
    try storage.syncDirectory(layout.log)
    return path
  }
}
