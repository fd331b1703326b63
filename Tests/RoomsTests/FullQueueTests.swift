import Chat
import LogStore
import Projector
import Synchronization
import Testing

@testable import Rooms

/// A log whose queue is full, as behind a disk that does not keep up.
@Suite struct FullQueueTests {
  @Test func `who says anything then is not read until some of it is durable, and loses nothing`()
    throws
  {
    let door = Door()
    let world = try World(seen: { BusyLog($0, door) })
    let people = (0..<3).map { _ in world.open() }
    for (index, person) in people.enumerated() { _ = person.hello("aaaa\(["a", "b", "c"][index])") }
    let (mara, noor, quiet) = (people[0], people[1], people[2])
    door.isFull = true
    mara.say(keys(1, "a"))
    world.delivery.endTurn()
    #expect(world.sink.paused.isEmpty, "the first finds the queue full")
    // From here on each who speaks is stopped; what they said is kept, and nobody is refused.
    mara.say(keys(2, at: 1, "b"))
    noor.say(keys(1, "n"))
    world.delivery.endTurn()
    world.delivery.pull()
    #expect(world.sink.paused == [mara.slot, noor.slot])
    #expect(!world.sink.paused.contains(quiet.slot), "who says nothing is read")
    for _ in 0..<3 { world.admission.absorb() }
    world.delivery.pull()
    #expect(world.sink.paused == [mara.slot, noor.slot], "still full")
    #expect(people.allSatisfy { $0.take().errors.isEmpty })
    door.isFull = false
    world.settle()
    #expect(world.sink.paused.isEmpty)
    let drafts = world.admission.state(of: .lobby)?.openDrafts.map(\.text.string).sorted()
    #expect(drafts == ["ab", "n"])
    #expect(mara.ask(keys(3, at: 2, "c")).of("ack").last?.integer("seq") == 3)
    #expect(world.sink.paused.isEmpty)
  }

  @Test func `what waits outside a full queue is bounded by what sessions may have in flight`()
    throws
  {
    let door = Door()
    let world = try World(seen: { BusyLog($0, door) })
    let mara = world.open()
    _ = mara.hello("aaaaa")
    door.isFull = true
    // A client that goes on although it is not read: what the server's side has read already.
    let most = Int(Limits.unacknowledgedEvents)
    for seq in 1...most { mara.say(keys(seq, at: seq - 1, "x")) }
    world.delivery.endTurn()
    world.delivery.pull()
    #expect(world.sink.paused == [mara.slot])
    door.isFull = false
    world.settle()
    #expect(mara.take().of("ack").last?.integer("seq") == Int64(most))
    #expect(world.sink.paused.isEmpty)
  }
}

/// Whether the queue is full.
private final class Door: Sendable {
  private let full = Mutex(false)
  var isFull: Bool {
    get { full.withLock { $0 } }
    set { full.withLock { $0 = newValue } }
  }
}

/// The real log behind a queue that the test fills.
private final class BusyLog: EventLog {
  private let log: Log
  private let door: Door

  init(_ log: Log, _ door: Door) {
    self.log = log
    self.door = door
  }

  var state: LogState { log.state }

  func submit(_ records: [Record], generation: UInt64) throws(AppendError) -> Int64 {
    guard !door.isFull else { throw .full }
    return try log.submit(records, generation: generation)
  }

  func append(_ records: [Record]) throws(AppendError) -> Range<Int64> { try log.append(records) }

  func scan(
    from offset: Int64, to end: Int64?, _ body: (RecordView) -> ScanStep
  ) throws(ReadError) -> Int64 { try log.scan(from: offset, to: end, body) }

  func scan(
    from offset: Int64, to end: Int64?, key: [UInt8], passing limit: Int,
    _ body: (RecordView) -> ScanStep
  ) throws(ReadError) -> Int64 {
    try log.scan(from: offset, to: end, key: key, passing: limit, body)
  }

  func tail(from offset: Int64) -> Tail { log.tail(from: offset) }
  func observe(_ body: @escaping @Sendable () -> Void) -> Observation { log.observe(body) }
  func offset(forTime milliseconds: Int64) throws(ReadError) -> Int64 {
    try log.offset(forTime: milliseconds)
  }
}
