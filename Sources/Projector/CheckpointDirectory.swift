package import LogStore

/// `DATA/checkpoints/`: one file a checkpoint, `<20-digit next offset>.checkpoint`, the two newest
/// kept.
///
/// Written as a temporary name, sync, rename, directory sync, so that a crash leaves a whole file
/// or none.
package struct CheckpointDirectory: Sendable {
  private let path: String
  private let storage: any Storage
  private static let suffix = ".checkpoint"
  private static let kept = 2

  package init(data: String, storage: any Storage = POSIXStorage()) {
    path = "\(data)/checkpoints"
    self.storage = storage
  }

  /// Saves a checkpoint durably and drops all but the two newest.
  package func save(_ checkpoint: Checkpoint) throws(StorageError) {
    _ = try storage.makeDirectory(path)
    let digits = String(checkpoint.projection.next)
    let name = String(repeating: "0", count: 20 - digits.count) + digits + Self.suffix
    let temporary = "\(path)/\(name).new"
    let file = try storage.open(temporary, .create)
    let written = checkpoint.encoded.withUnsafeBytes { bytes in
      Result { () throws(StorageError) in try file.write(bytes, at: 0) }
    }
    try written.get()
    try file.sync()
    try storage.rename(temporary, to: "\(path)/\(name)")
    try storage.syncDirectory(path)
    for old in try names().dropLast(Self.kept) { try storage.remove("\(path)/\(old)") }
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

  func names() throws(StorageError) -> [String] {
    try storage.names(in: path).filter { $0.hasSuffix(Self.suffix) }.sorted()
  }

  func read(_ name: String) -> Checkpoint? {
    guard let file = try? storage.open("\(path)/\(name)", .read), let size = try? file.size(),
      size <= Checkpoint.bytesMost
    else { return nil }
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
      count = (try? file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)) ?? 0
    }
    return Checkpoint(bytes)
  }
}
