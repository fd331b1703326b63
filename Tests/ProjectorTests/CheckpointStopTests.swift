import Glibc
import LogStore
import Projector
import Synchronization
import Testing

/// The real disk until a call that never returns well: what a process leaves that is killed there.
private final class StoppingStorage: Storage {
  private let disk = POSIXStorage()
  private let left: Atomic<Int>

  init(after calls: Int) { left = Atomic(calls) }

  private func step(_ path: String) throws(StorageError) {
    guard left.subtract(1, ordering: .relaxed).newValue >= 0 else {
      throw StorageError(.write, path, errno: EIO)
    }
  }

  func open(_ path: String, _ mode: OpenMode) throws(StorageError) -> any StoredFile {
    try step(path)
    return StoppingFile(try disk.open(path, mode)) { [self] () throws(StorageError) in
      try step(path)
    }
  }
  func names(in directory: String) throws(StorageError) -> [String] {
    try step(directory)
    return try disk.names(in: directory)
  }
  func makeDirectory(_ path: String) throws(StorageError) -> Bool {
    try step(path)
    return try disk.makeDirectory(path)
  }
  func rename(_ from: String, to: String) throws(StorageError) {
    try step(to)
    try disk.rename(from, to: to)
  }
  func remove(_ path: String) throws(StorageError) {
    try step(path)
    try disk.remove(path)
  }
  func syncDirectory(_ path: String) throws(StorageError) {
    try step(path)
    try disk.syncDirectory(path)
  }
  func lock(_ path: String) throws(StorageError) -> (any StorageLock)? { try disk.lock(path) }
  func isLocked(_ path: String) -> Bool { disk.isLocked(path) }
  func freeBytes(at path: String) throws(StorageError) -> Int64 { try disk.freeBytes(at: path) }
}

private final class StoppingFile: StoredFile {
  private let file: any StoredFile
  private let step: @Sendable () throws(StorageError) -> Void

  init(_ file: any StoredFile, step: @escaping @Sendable () throws(StorageError) -> Void) {
    self.file = file
    self.step = step
  }

  func size() throws(StorageError) -> Int64 { try file.size() }
  func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int64) throws(StorageError)
    -> Int
  { try file.read(into: buffer, at: position) }
  /// Half of it is written when it stops here.
  func write(_ bytes: UnsafeRawBufferPointer, at position: Int64) throws(StorageError) {
    try file.write(UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)]), at: position)
    try step()
    try file.write(bytes, at: position)
  }
  func sync() throws(StorageError) {
    try step()
    try file.sync()
  }
  func truncate(to size: Int64) throws(StorageError) {
    try step()
    try file.truncate(to: size)
  }
}

@Suite struct `Saving a checkpoint` {
  @Test func `leaves the old one or the new one whole, wherever it stops`() throws {
    var isOver = false
    for calls in 0..<64 where !isOver {
      let data = try #require(makeTemporaryDirectory())
      let log = try Log.open(data)
      defer { log.close() }
      try log.append((0..<50).map { _ in Record(key: nil, value: Array("{}".utf8)) })
      let epoch = log.state.epoch.id
      let directory = CheckpointDirectory(data: data)
      for next: Int64 in [10, 20] {
        try directory.save(Checkpoint(epoch: epoch, projection: Projection(next: next)))
      }
      let stopping = CheckpointDirectory(data: data, storage: StoppingStorage(after: calls))
      do {
        try stopping.save(Checkpoint(epoch: epoch, projection: Projection(next: 30)))
        isOver = true
      } catch {}
      let found = directory.newest(of: log.state, upTo: 50)?.projection.next
      #expect(isOver ? found == 30 : found == 20 || found == 30, "after \(calls) calls")
      // And whatever is left in its way, the next one is saved.
      try directory.save(Checkpoint(epoch: epoch, projection: Projection(next: 40)))
      #expect(directory.newest(of: log.state, upTo: 50)?.projection.next == 40)
      #expect(try directory.names().count == 2)
    }
    #expect(isOver, "it is saved in less than 64 calls")
  }
}
