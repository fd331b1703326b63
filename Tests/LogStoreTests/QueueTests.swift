import Synchronization
import Testing

@testable import LogStore

/// Handing in: all or none, bounded, in order, by generations.
@Suite struct QueueTests {
  private let directory = TemporaryDirectory()

  @Test func `offsets are foretold, and a turn's array becomes one batch`() throws {
    let log = try directory.open()
    #expect(try log.submit([], generation: 1) == 0)
    #expect(try log.submit((0..<5).map { Record("\($0)") }, generation: 1) == 0)
    #expect(try log.submit([Record("x")], generation: 1) == 5)
    #expect(try log.append([Record("y")]) == 6..<7)
    #expect(try log.append([]) == 7..<7)
  }

  @Test func `the queue takes 65,536 records and 8 MiB, and not one more`() throws {
    let queue = LogQueue(nextOffset: 0, health: .ok)
    let batch = [Record](repeating: Record("x"), count: 4_096)
    for index in 0..<16 {
      #expect(
        try queue.submit(batch, generation: 1, waiter: nil) == Int64(index) * 4_096)
    }
    #expect(throws: AppendError.full) {
      try queue.submit([Record("x")], generation: 1, waiter: nil)
    }
    queue.committed(records: 4_096, bytes: 0)
    #expect(try queue.submit(batch, generation: 1, waiter: nil) == 65_536)

    let wide = LogQueue(nextOffset: 0, health: .ok)
    let big = Record(key: nil, value: [UInt8](repeating: 1, count: 60_000))
    for _ in 0..<139 { try wide.submit([big], generation: 1, waiter: nil) }
    #expect(throws: AppendError.full) { try wide.submit([big], generation: 1, waiter: nil) }
  }

  @Test func `what can never fit is said so at once`() throws {
    let log = try directory.open()
    let big = Record(key: nil, value: [UInt8](repeating: 1, count: RecordBatch.recordBytesMax))
    #expect(throws: AppendError.tooLarge) { try log.append([Record("x"), big]) }
    let many = [Record](repeating: Record("x"), count: LogQueue.recordsMax + 1)
    #expect(throws: AppendError.tooLarge) { try log.append(many) }
    #expect(log.state.next == 0)
    let largest = Record(
      key: nil, value: [UInt8](repeating: 1, count: RecordBatch.recordBytesMax - 24))
    try log.append([largest])
    #expect(try log.all() == seen([largest]))
  }

  @Test func `an array longer than a batch is split and kept in order`() throws {
    let log = try directory.open()
    let records = (0..<20_000).map { Record("\($0)") }
    #expect(try log.append(records) == 0..<20_000)
    #expect(try log.all() == seen(records))
    var generator = Seeded(11)
    let noise = (0..<60).map { _ in
      Record(key: nil, value: (0..<50_000).map { _ in .random(in: 0...255, using: &generator) })
    }
    #expect(try log.append(noise) == 20_000..<20_060)
    #expect(try log.all(from: 20_000) == seen(noise, from: 20_000))
  }

  @Test func `a refusal takes back everything queued, and the offsets with it`() throws {
    let queue = LogQueue(nextOffset: 10, health: .ok)
    try queue.submit([Record("a"), Record("b")], generation: 3, waiter: nil)
    try queue.submit([Record("c")], generation: 3, waiter: nil)
    let (dropped, generation) = queue.refuse(.noSpace, next: 10)
    #expect(dropped.count == 2 && generation == 3)
    #expect(throws: AppendError.noSpace) {
      try queue.submit([Record("d")], generation: 4, waiter: nil)
    }
    queue.heal()
    for old in [1, 2, 3] as [UInt64] {
      #expect(throws: AppendError.refused(generation: 3)) {
        try queue.submit([Record("d")], generation: old, waiter: nil)
      }
    }
    #expect(try queue.submit([Record("d")], generation: 4, waiter: nil) == 10)
  }

  @Test func `a closed log has written what it took, and takes no more`() throws {
    let log = try directory.open()
    let records = (0..<3_000).map { Record("\($0)") }
    for record in records { try log.submit([record], generation: 1) }
    log.close()
    log.close()
    #expect(throws: AppendError.closed) { try log.append([Record("x")]) }
    #expect(try log.all() == seen(records))
    #expect(try directory.open().all() == seen(records))
  }

  @Test func `many threads append at once, each in its own order`() throws {
    let log = try directory.open()
    let threads = (0..<8).map { writer in
      JoinableThread {
        for index in 0..<200 { _ = try? log.append([Record("\(writer) \(index)")]) }
      }
    }
    for thread in threads { thread.join() }
    var next = [Int](repeating: 0, count: 8)
    for seen in try log.all() {
      let words = String(decoding: seen.record.value, as: UTF8.self).split(separator: " ")
      let writer = try #require(Int(words[0]))
      #expect(Int(words[1]) == next[writer])
      next[writer] += 1
    }
    #expect(next == [Int](repeating: 200, count: 8))
  }

  @Test func `observers are called after commits until they cancel`() throws {
    let log = try directory.open()
    let seen = Mutex<[Int64]>([])
    let observation = log.observe { [weak log] in
      seen.withLock { $0.append(log?.state.next ?? -1) }
    }
    try log.append([Record("a")])
    try log.append([Record("b")])
    log.close()
    #expect(seen.withLock { $0 } == [1, 2])
    observation.cancel()
  }
}

/// Counts from 0.
final class Counter: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock { count in
      defer { count += 1 }
      return count
    }
  }
}
