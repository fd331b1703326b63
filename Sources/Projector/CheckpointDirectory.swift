package import LogStore

/// `DATA/checkpoints/`: one file a checkpoint, `<20-digit next offset>.checkpoint`, the two newest
/// kept, the one at the log's start, and waymarks: one each million events, so that a state long
/// past is near a checkpoint too.
///
/// Written as a temporary name, sync, rename, directory sync, so that a crash leaves a whole file
/// or none.
package struct CheckpointDirectory: Sendable {
  private let data: String
  private let path: String
  private let storage: any Storage
  private static let suffix = ".checkpoint"
  private static let kept = 2
  /// Events between two waymarks, and how many there are at most: beyond, twice the distance.
  private static let waymarkEvents: Int64 = 1_000_000
  private static let waymarksMost: Int64 = 64

  package init(data: String, storage: any Storage = POSIXStorage()) {
    self.data = data
    path = "\(data)/checkpoints"
    self.storage = storage
  }

  /// Saves a checkpoint durably and drops all but the two newest and the waymarks.
  ///
  /// - Parameter starts: offsets at which the log begins, or is about to: checkpoints there stay
  ///   too, because what was before is in nothing else. Waymarks before the first are dropped.
  package func save(_ checkpoint: Checkpoint, keeping starts: [Int64] = []) throws(StorageError) {
    if try storage.makeDirectory(path) { try storage.syncDirectory(data) }
    let name = Self.name(checkpoint.projection.next)
    let temporary = "\(path)/\(name).new"
    let file = try storage.open(temporary, .create)
    let written = checkpoint.encoded.withUnsafeBytes { bytes in
      Result { () throws(StorageError) in try file.write(bytes, at: 0) }
    }
    try written.get()
    try file.sync()
    try storage.rename(temporary, to: "\(path)/\(name)")
    try storage.syncDirectory(path)
    let names = try names()
    let needed = Set(starts.map(Self.name)).union(waymarks(of: names, from: starts.first ?? 0))
    for old in names.dropLast(Self.kept) where !needed.contains(old) {
      try storage.remove("\(path)/\(old)")
    }
  }

  /// Of each stretch of the log the first checkpoint in it.
  private func waymarks(of names: [String], from start: Int64) -> [String] {
    var waymarks: [String] = []
    var last: Int64 = 0
    var stretch = Self.waymarkEvents
    let end = names.last.flatMap(next(of:)) ?? 0
    while end / stretch > Self.waymarksMost { stretch *= 2 }
    for name in names {
      guard let next = next(of: name), next >= start, next / stretch > last else { continue }
      last = next / stretch
      waymarks.append(name)
    }
    return waymarks
  }

  private static func name(_ next: Int64) -> String {
    let digits = String(next)
    return String(repeating: "0", count: 20 - digits.count) + digits + suffix
  }

  /// The newest checkpoint that is whole, of this log, and not ahead of it; nil for none.
  ///
  /// - Parameters:
  ///   - log: the log it must belong to: a checkpoint of another history is not used.
  ///   - limit: the first offset the checkpoint must not have folded.
  package func newest(of log: LogState, upTo limit: Int64) -> Checkpoint? {
    guard let names = try? names() else { return nil }
    for name in names.reversed() {
      guard let next = Int64(name.dropLast(Self.suffix.count)), next <= limit,
        let checkpoint = read(name), checkpoint.projection.next == next,
        log.accepts(epoch: checkpoint.epoch, offset: next)
      else { continue }
      return checkpoint
    }
    return nil
  }

  /// The next offset in a file's name; `nil` if there is none in it.
  package func next(of name: String) -> Int64? { Int64(name.dropLast(Self.suffix.count)) }

  func remove(_ names: [String]) throws(StorageError) {
    for name in names { try storage.remove("\(path)/\(name)") }
    if !names.isEmpty { try storage.syncDirectory(path) }
  }

  /// The files there are, the oldest first.
  package func names() throws(StorageError) -> [String] {
    try storage.names(in: path).filter { $0.hasSuffix(Self.suffix) }.sorted()
  }

  /// The checkpoint in a file; nil: it is not what a checkpoint must be.
  package func read(_ name: String) -> Checkpoint? {
    guard let file = try? storage.open("\(path)/\(name)", .read), let size = try? file.size(),
      size <= Checkpoint.bytesMost
    else { return nil }
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
      count = (try? file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)) ?? 0
    }
    return Checkpoint(bytes)
  }
}
