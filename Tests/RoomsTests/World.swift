import Chat
import Dispatch
import Glibc
import Hashing
import LogStore
import Projector
import Synchronization

@testable import Rooms

/// A real log in a directory of its own, admission, and one loop whose sockets are arrays.
final class World {
  let data: String
  let time = FakeTime()
  private(set) var log: Log
  private(set) var admission: Admission
  private(set) var sink: FakeSink
  private(set) var delivery: Delivery<FakeSink>
  private let committed = DispatchSemaphore(value: 0)
  private var observation: Observation?
  private let pool: any ReaderPool
  private let budgets: Budgets?
  private let random: any RandomNumberGenerator & Sendable
  private let recordsAtOnce: Int
  private let seen: (Log) -> any EventLog

  /// - Parameters:
  ///   - random: seeded, so that two worlds give the same names.
  ///   - recordsAtOnce: records of other rooms passed over in one catch-up read.
  ///   - seen: the log as admission sees it.
  init(
    pool: any ReaderPool = InlinePool(), budgets: Budgets? = nil,
    random: any RandomNumberGenerator & Sendable = SecureRandom(), recordsAtOnce: Int = 100_000,
    seen: @escaping (Log) -> any EventLog = { $0 }
  ) throws {
    self.recordsAtOnce = recordsAtOnce
    self.seen = seen
    self.pool = pool
    self.budgets = budgets
    self.random = random
    var template = Array("/tmp/verbatim-rooms-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw WorldError() }
    data = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    (log, admission, sink, delivery) = try Self.open(
      data, time, pool, budgets, random, recordsAtOnce, seen)
    watch()
  }

  struct WorldError: Error {}

  private static func open(
    _ data: String, _ time: FakeTime, _ pool: any ReaderPool, _ budgets: Budgets?,
    _ random: any RandomNumberGenerator & Sendable, _ recordsAtOnce: Int,
    _ seen: (Log) -> any EventLog
  ) throws -> (Log, Admission, FakeSink, Delivery<FakeSink>) {
    let log = try Log.open(data, time: time)
    let shown = seen(log)
    var options = RoomsOptions(version: "test")
    options.budgets = budgets
    let admission = try Admission(
      log: shown, options: options, time: time, random: random)
    let sink = FakeSink()
    let delivery = Delivery(
      admission: admission, port: admission.attachLoop(wake: {}),
      history: History(
        log: shown, options: options, checkpoints: nil, recordsAtOnce: recordsAtOnce),
      pool: pool, sink: sink, time: time)
    return (log, admission, sink, delivery)
  }

  private func watch() {
    let committed = committed
    observation = log.observe { committed.signal() }
  }

  /// Closes the log and opens it again, as a restart does; all sockets are gone.
  func restart() throws {
    settle()
    observation?.cancel()
    log.close()
    (log, admission, sink, delivery) = try Self.open(
      data, time, pool, budgets, random, recordsAtOnce, seen)
    watch()
    settle()
  }

  deinit {
    observation?.cancel()
    log.close()
    system("rm -rf '\(data)'")
  }

  /// Lets everything said become durable and be delivered.
  func settle() {
    delivery.endTurn()
    commit()
    // Reads done inline put their results into the port.
    for _ in 0..<50 { delivery.pull() }
  }

  /// Lets what was handed to admission become durable, and delivers nothing.
  func commit() {
    admission.absorb()
    while !admission.isSettled {
      precondition(committed.wait(timeout: .now() + 20) == .success, "the log never committed")
      admission.absorb()
    }
  }

  func open(_ room: String = "lobby") -> Client {
    Client(world: self, slot: delivery.open(room: RoomName(room)!))
  }

  /// Passes monotonic and wall time, then lets everybody notice.
  func pass(milliseconds: Int64) {
    time.pass(milliseconds)
    admission.tick()
    delivery.tick()
    settle()
  }
}

/// One socket: says things, and sees what came.
final class Client {
  let world: World
  let slot: Int32

  init(world: World, slot: Int32) {
    self.world = world
    self.slot = slot
  }

  func say(_ text: String) {
    Array(text.utf8).withUnsafeBytes { world.delivery.receive($0, from: slot) }
  }

  /// Says and lets it settle; returns what came since.
  @discardableResult
  func ask(_ text: String) -> [JSONObject] {
    say(text)
    world.settle()
    return take()
  }

  func take() -> [JSONObject] { world.sink.take(slot) }

  func hello(_ session: String, _ more: String = "") -> [JSONObject] {
    ask(#"{"type":"hello","session":"\#(session)"\#(more)}"#)
  }

  func drop() {
    world.delivery.closed(slot)
    world.settle()
  }
}

final class FakeSink: SocketSink {
  private var written: [Int32: [JSONObject]] = [:]
  private(set) var closed: [Int32: UInt16] = [:]
  private(set) var paused: Set<Int32> = []
  var blocked: Set<Int32> = []

  func wire(_ frame: Frame) -> Frame { frame }

  func write(_ wire: Frame, to slot: Int32) -> Bool {
    let parsed = wire.payload.withUnsafeBytes { try? JSONParser.parse($0, depth: 12) }
    guard case .object(let object)? = parsed else { fatalError("the server wrote no JSON object") }
    written[slot, default: []].append(object)
    return !blocked.contains(slot)
  }

  func ping(_ slot: Int32) {}
  func close(_ slot: Int32, _ reason: CloseReason) { closed[slot] = reason.code }
  func pauseReading(_ slot: Int32, _ pause: Bool) {
    if pause { paused.insert(slot) } else { paused.remove(slot) }
  }
  func flush() {}

  func take(_ slot: Int32) -> [JSONObject] {
    defer { written[slot] = [] }
    return written[slot] ?? []
  }
}

struct InlinePool: ReaderPool {
  func run(_ job: @escaping @Sendable () -> Void) { job() }
}

/// Does what it was given only when it is told to.
final class HeldPool: ReaderPool {
  private let held = Mutex<[@Sendable () -> Void]>([])

  func run(_ job: @escaping @Sendable () -> Void) { held.withLock { $0.append(job) } }

  var count: Int { held.withLock { $0.count } }

  func finish() {
    let jobs = held.withLock { held in
      defer { held = [] }
      return held
    }
    for job in jobs { job() }
  }
}

final class FakeTime: TimeSource {
  private let now = Mutex<(wall: Int64, nanoseconds: Int64)>((1_700_000_000_000, 1_000_000_000))
  var wallMilliseconds: Int64 { now.withLock { $0.wall } }
  var monotonicNanoseconds: Int64 { now.withLock { $0.nanoseconds } }
  func pass(_ milliseconds: Int64) {
    now.withLock { now in
      now.wall += milliseconds
      now.nanoseconds += milliseconds * 1_000_000
    }
  }
}

extension [JSONObject] {
  /// The messages of a type.
  func of(_ type: String) -> [JSONObject] { filter { $0.string("type") == type } }

  /// The events of all `events` messages.
  var events: [JSONObject] {
    of("events").flatMap { message in
      (message.array("events") ?? []).compactMap { value -> JSONObject? in
        if case .object(let event) = value { event } else { nil }
      }
    }
  }

  /// The codes of all `error` messages.
  var errors: [String] { of("error").compactMap { $0.string("code") } }
}
