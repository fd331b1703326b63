import Synchronization
import Testing

@testable import LogStore

/// History, then live: no gap, no repeat, from wherever the records come.
@Suite struct TailTests {
  private let directory = TemporaryDirectory()

  @Test func `a tail sees each record once while others write, over ring and segments`() throws {
    // A ring of a few batches, and segments of a few hundred: every switch happens many times.
    let log = try directory.open(LogOptions(segmentBytes: 8_000, recentBytes: 2_000))
    let total: Int64 = 6_000
    let finished = Mutex(false)
    let writer = JoinableThread {
      var generator = Seeded(21)
      var next: Int64 = 0
      while next < total {
        let count = Int64.random(in: 1...min(40, total - next), using: &generator)
        let batch = (next..<next + count).map { Record("record \($0)") }
        if (try? log.append(batch)) != nil { next += count }
      }
      finished.withLock { $0 = true }
    }
    let wake = Signal()
    let observation = log.observe { wake.raise() }
    var generator = Seeded(22)
    var tails = [log.tail(from: 0), log.tail(from: 0), log.tail(from: 0)]
    var next = [Int64](repeating: 0, count: tails.count)
    while next.contains(where: { $0 < total }) {
      // A slow one, a quick one, and one of any pace.
      for (index, limit) in [7, 10_000, Int.random(in: 1...100, using: &generator)].enumerated() {
        let count = try tails[index].poll(limit: limit) { view in
          if view.offset != next[index] || view.record != Record("record \(view.offset)") {
            Issue.record("tail \(index) saw \(view.offset) in place of \(next[index])")
          }
          next[index] += 1
        }
        #expect(count <= limit)
        #expect(tails[index].offset == next[index])
      }
      if next.allSatisfy({ $0 == log.state.next }), !finished.withLock({ $0 }) {
        wake.wait { log.state.next > next[0] || finished.withLock { $0 } }
      }
    }
    writer.join()
    observation.cancel()
    for index in tails.indices { #expect(try tails[index].poll(limit: 1) { _ in } == 0) }
  }

  @Test func `a tail that is caught up waits for nothing and goes on later`() throws {
    let log = try directory.open()
    try log.append([Record("a")])
    var tail = log.tail(from: 1)
    #expect(try tail.poll(limit: 10) { _ in } == 0)
    try log.append([Record("b"), Record("c")])
    var offsets: [Int64] = []
    #expect(try tail.poll(limit: 1) { offsets.append($0.offset) } == 1)
    #expect(try tail.poll(limit: 10) { offsets.append($0.offset) } == 1)
    #expect(offsets == [1, 2])
  }

  @Test func `a copy of a tail goes its own way`() throws {
    let log = try directory.open()
    try log.append((0..<10).map { Record("\($0)") })
    var first = log.tail(from: 0)
    _ = try first.poll(limit: 4) { _ in }
    var second = first
    var offsets: [Int64] = []
    _ = try first.poll(limit: 3) { offsets.append($0.offset) }
    _ = try second.poll(limit: 3) { offsets.append($0.offset) }
    #expect(offsets == [4, 5, 6, 4, 5, 6])
  }

  @Test func `a tail meets damage as an error, again and again, and never passes it`() throws {
    let log = try directory.open(.growing)
    try log.append([Record("a")])
    try log.append([Record("b")])
    log.close()
    var file = try bytes(of: directory.layout.segment(0))
    file[file.count - 2] ^= 1
    try write(file, to: directory.layout.segment(0))
    let hurt = try directory.open(.growing)
    var tail = hurt.tail(from: 0)
    _ = try? tail.poll(limit: 10) { _ in }
    #expect(tail.offset <= 1)
  }

  @Test func `a reader without the lock sees up to the recovery point of a log in use`() throws {
    let time = FakeTime()
    let log = try directory.open(LogOptions(segmentBytes: 3_000), time: time)
    let records = (0..<30).map { Record(String(repeating: "\($0)", count: 50)) }
    for record in records[..<20] { try log.append([record]) }
    #expect(try LogReader.open(directory.path).state.next < 20)
    while try LogReader.open(directory.path).state.next < 20 {
      time.pass(milliseconds: 1_000)
      log.nudge()
    }
    for record in records[20...] { try log.append([record]) }
    let reader = try LogReader.open(directory.path)
    #expect(reader.inUse)
    #expect(try reader.all() == seen(Array(records[..<Int(reader.state.next)])))
    log.close()
    let closed = try LogReader.open(directory.path)
    #expect(!closed.inUse)
    #expect(try closed.all() == seen(records))
    #expect(closed.segments.map(\.base).first == 0)
    #expect(closed.segments.last?.next == 30)
  }

  @Test func `a reader takes a torn tail for a note, not for damage`() throws {
    let log = try directory.open(.growing)
    try log.append([Record("a")])
    log.abandon()
    let file = try bytes(of: directory.layout.segment(0))
    try write(file + file.prefix(40), to: directory.layout.segment(0))
    let reader = try LogReader.open(directory.path)
    #expect(reader.state.health == .ok)
    #expect(reader.tornBytes > 0)
    #expect(try reader.all() == seen([Record("a")]))
    #expect(try bytes(of: directory.layout.segment(0)).count == file.count + 40)
  }
}
