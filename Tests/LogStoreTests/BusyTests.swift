import Glibc
import Synchronization
import Testing

@testable import LogStore

/// Readers while everything happens at once: appends, rolls, rewriting and letting go.
@Suite struct BusyTests {
  private let directory = TemporaryDirectory()

  /// Appends numbered records until it is told to stop; reads nothing.
  private final class Storm: Sendable {
    private let stopping = Mutex(false)
    private let thread = Mutex<JoinableThread?>(nil)

    init(_ log: Log, from first: Int64, seed: UInt64) {
      let thread = JoinableThread { [self] in
        var generator = Seeded(seed)
        var next = first
        while !stopping.withLock({ $0 }) {
          let count = Int64.random(in: 1...60, using: &generator)
          let batch = (next..<next + count).map { Record.numbered($0) }
          if (try? log.append(batch)) != nil { next += count }
        }
      }
      self.thread.withLock { $0 = thread }
    }

    func end() {
      stopping.withLock { $0 = true }
      thread.withLock { $0?.join() }
    }
  }

  /// Follows the log and holds every record against its number.
  private struct Follower {
    var tail: Tail
    var seen: Int64 = 0

    mutating func poll(limit: Int) throws {
      var next = tail.offset
      let before = next
      _ = try tail.poll(limit: limit) { view in
        if view.offset != next || view.record != Record.numbered(next) {
          Issue.record("saw \(view.offset) in place of \(next)")
        }
        next = view.offset + 1
      }
      seen += next - before
    }
  }

  @Test func `a hundred reopenings under a storm: each reader goes from history to live`() throws {
    // A small ring, so that the switch from segments to memory is always near.
    let options = LogOptions(durability: .os, segmentBytes: 30_000, recentBytes: 3_000)
    var generator = Seeded(41)
    var next: Int64 = 0
    for round in 0..<100 {
      let log = try directory.open(options)
      #expect(log.state.next >= next)
      next = log.state.next
      let storm = Storm(log, from: next, seed: UInt64(round))
      let from = Int64.random(in: 0...next, using: &generator)
      var follower = Follower(tail: log.tail(from: max(from, next - 2_000)))
      var live = 0
      while live < 3 {
        let behind = log.state.next - follower.tail.offset
        try follower.poll(limit: .random(in: 1...400, using: &generator))
        if behind < 100 { live += 1 }
      }
      storm.end()
      while follower.tail.offset < log.state.next { try follower.poll(limit: 1_000) }
      if Bool.random(using: &generator) { log.close() } else { log.abandon() }
    }
  }

  @Test func `a reader that pauses under load is served from disk, in the same memory`() throws {
    let options = LogOptions(durability: .os, segmentBytes: 200_000, recentBytes: 10_000)
    let log = try directory.open(options)
    let storm = Storm(log, from: 0, seed: 3)
    var follower = Follower(tail: log.tail(from: 0))
    let moved = Signal()
    let observation = log.observe { moved.raise() }
    for pause in 1...5 {
      // It stands still while twice the ring, and far more, is written.
      let paused = follower.tail.offset + Int64(pause) * 4_000
      moved.wait { log.state.next > paused }
      #expect(log.published.recent.batch(containing: follower.tail.offset) == nil)
      while log.state.next - follower.tail.offset > 200 { try follower.poll(limit: 500) }
    }
    observation.cancel()
    storm.end()
    while follower.tail.offset < log.state.next { try follower.poll(limit: 1_000) }
    #expect(follower.seen == log.state.next)
  }

  @Test func `segments are rewritten and let go under running readers`() throws {
    var options = LogOptions(durability: .os, segmentBytes: 20_000, recentBytes: 3_000)
    options.rewritesSealed = true
    options.retainBytes = 60_000
    let log = try directory.open(options)
    let storm = Storm(log, from: 0, seed: 5)
    var generator = Seeded(6)
    var follower = Follower(tail: log.tail(from: 0))
    var (reopened, scans, trims) = (0, 0, 0)
    var lastStart: Int64 = 0
    while trims < 12 || scans < 60 {
      do {
        try follower.poll(limit: .random(in: 1...300, using: &generator))
      } catch ReadError.outOfRange(let requested, let start, let next) {
        // Overtaken: it is told where the log begins, and may go on from there.
        #expect(requested == follower.tail.offset && requested < start && start <= next)
        follower = Follower(tail: log.tail(from: start))
      }
      if log.state.start > lastStart { (lastStart, trims) = (log.state.start, trims + 1) }
      try scan(log, from: log.state.start, &generator)
      scans += 1
      guard scans % 10 == 0 else { continue }
      // Somebody without the lock, too.
      let reader = try LogReader.open(directory.path)
      #expect(reader.state.health == .ok)
      var next = reader.state.start
      try reader.scan(from: next, to: nil) { view in
        #expect(view.offset == next && view.record == Record.numbered(next))
        next += 1
        return .advance
      }
      #expect(next == reader.state.next)
      reopened += 1
    }
    storm.end()
    log.close()
    let again = try directory.open(LogOptions(durability: .os))
    #expect(again.state.health == .ok)
    try scan(again, from: again.state.start, &generator)
  }

  /// All of the log by offset, then one key of it; a head that goes meanwhile is no error here.
  private func scan(_ log: Log, from start: Int64, _ generator: inout Seeded) throws {
    do {
      var next = start
      try log.scan(from: start, to: nil) { view in
        if view.offset != next || view.record != Record.numbered(next) {
          Issue.record("a scan saw \(view.offset) in place of \(next)")
        }
        next += 1
        return .advance
      }
      let key = Int64.random(in: 0..<7, using: &generator)
      var last: Int64?
      let end = next
      let bytes = [UInt8]("room-\(key)".utf8)
      try log.scan(from: log.state.start, to: end, key: bytes, passing: .max) { view in
        if let last, view.offset != last + 7 { Issue.record("\(last), then \(view.offset)") }
        last = view.offset
        return .advance
      }
      if let last { #expect(last > end - 8) }
    } catch ReadError.outOfRange(let requested, let start, _) {
      #expect(requested < start)
    }
  }
}

extension Record {
  /// The one record that may stand at an offset.
  static func numbered(_ offset: Int64) -> Record {
    Record("record \(offset) of a storm, and what it says", key: "room-\(offset % 7)")
  }
}
