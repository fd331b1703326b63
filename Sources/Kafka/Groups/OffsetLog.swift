internal import LogStore
import NIOPosix
internal import Synchronization

/// Where groups have read to, durable: a log of its own, folded at the start.
///
/// What is committed at one time is written and synced at one time. The oldest segments go, because
/// all places are written again before they could: the log stays within ``Bounds/retainBytes`` and
/// a segment, however often groups commit.
final class OffsetLog: Sendable {
  typealias Done = @Sendable (AppendError?) -> Void

  /// How large it becomes.
  struct Bounds {
    /// Bytes after which a segment is sealed.
    var segmentBytes: Int64 = 4 << 20
    /// Bytes appended after which every place is written again.
    var rewriteBytes = 8 << 20
    /// Bytes of segments kept: twice what lies between two such writings, and the places.
    var retainBytes: Int64 = 32 << 20
  }

  /// Records of one append.
  private static let recordsMost = 1_000

  private struct Waiting {
    var commits: [(OffsetRecord, Done)] = []
    var isWriting = false
  }

  /// What only the writing thread touches, one job after the other.
  private struct Places {
    var all: [String: CommittedOffset]
    var bytesSince = 0
  }

  private let bounds: Bounds
  private let log: Log
  private let thread = NIOThreadPool(numberOfThreads: 1)
  private let waiting = Mutex(Waiting())
  private let places: Mutex<Places>

  /// Opens the log at `path`, making it where there is none, and reads every place.
  init(_ path: String, bounds: Bounds = Bounds(), time: any TimeSource) throws {
    self.bounds = bounds
    var options = LogOptions(
      segmentBytes: bounds.segmentBytes, recentBytes: 0, preparesZeros: false, acceptClock: true)
    options.retainBytes = bounds.retainBytes
    log = try Log.open(path, options: options, time: time)
    var all: [String: CommittedOffset] = [:]
    var bytes = 0
    _ = try log.scan(from: log.state.start, to: nil) { view in
      bytes += Self.bytes((view.key?.count ?? 0) + view.value.count)
      if let record = OffsetRecord(view) { all[record.group] = record.place }
      return .advance
    }
    // Nobody knows when all were last written: as if never, so that restarts delay it for no place.
    places = Mutex(Places(all: all, bytesSince: bytes))
    thread.start()
  }

  var all: [String: CommittedOffset] { places.withLock { $0.all } }

  /// Writes a place; `done` is called on the writing thread once it is durable, or is not.
  func commit(_ record: OffsetRecord, done: @escaping Done) {
    let isFirst = waiting.withLock { waiting in
      waiting.commits.append((record, done))
      defer { waiting.isWriting = true }
      return !waiting.isWriting
    }
    guard isFirst else { return }
    thread.submit { [self] state in
      if case .active = state { write() } else { refuseAll() }
    }
  }

  private func write() {
    while true {
      let commits = waiting.withLock { waiting in
        defer { waiting.commits = [] }
        waiting.isWriting = !waiting.commits.isEmpty
        return waiting.commits
      }
      guard !commits.isEmpty else { return }
      for start in stride(from: 0, to: commits.count, by: Self.recordsMost) {
        write(commits[start..<min(start + Self.recordsMost, commits.count)])
      }
    }
  }

  private func write(_ commits: ArraySlice<(OffsetRecord, Done)>) {
    do throws(AppendError) {
      try append(commits.map(\.0))
    } catch {
      for (_, done) in commits { done(error) }
      return
    }
    places.withLock { places in
      for (record, _) in commits { places.all[record.group] = record.place }
    }
    for (_, done) in commits { done(nil) }
    rewriteIfDue()
  }

  private func append(_ records: [OffsetRecord]) throws(AppendError) {
    let records = records.map(\.record)
    try log.append(records)
    let bytes = records.reduce(0) { $0 + Self.bytes(($1.key?.count ?? 0) + $1.value.count) }
    places.withLock { $0.bytesSince += bytes }
  }

  /// Bytes of a record at most, alone in its batch.
  private static func bytes(_ content: Int) -> Int { content + 80 }

  private func rewriteIfDue() {
    guard places.withLock({ $0.bytesSince >= bounds.rewriteBytes }) else { return }
    let records = all.map { OffsetRecord(group: $0.key, place: $0.value) }
    for start in stride(from: 0, to: records.count, by: Self.recordsMost) {
      let some = Array(records[start..<min(start + Self.recordsMost, records.count)])
      // Not durable now is not lost: the segments it would replace stay until it is.
      guard (try? append(some)) != nil else { return }
    }
    places.withLock { $0.bytesSince = 0 }
  }

  private func refuseAll() {
    let commits = waiting.withLock { waiting in
      defer { waiting = Waiting() }
      return waiting.commits
    }
    for (_, done) in commits { done(.closed) }
  }

  /// Writes what waits, and gives the directory back.
  ///
  /// Blocks; not from an event loop.
  func close() {
    try? thread.syncShutdownGracefully()
    refuseAll()
    log.close()
  }
}
