import Chat
import LogStore
import Projector
import Rooms

/// The log in memory, admission, one loop of delivery, four clients.
final class FuzzedServer {
  private static let path = "/data"
  private static let rooms = ["lobby", "den"].compactMap { RoomName($0) }

  private let storage = MemoryStorage()
  private let time = ScriptedTime()
  private var random = Numbers(state: 1)
  private var log: Log
  private var admission: Admission
  private var delivery: Delivery<WatchedSink>
  private var sink: WatchedSink
  private var clients = [WatchedClient](repeating: WatchedClient(), count: 4)
  var rests = false

  init() {
    (log, admission, delivery, sink) = Self.start(storage, time, &random)
  }

  private static func start(
    _ storage: MemoryStorage, _ time: ScriptedTime, _ random: inout Numbers
  ) -> (Log, Admission, Delivery<WatchedSink>, WatchedSink) {
    do {
      let log = try Log.openStepped(
        path, options: LogOptions(segmentBytes: 20_000, preparesZeros: false), storage: storage,
        time: time, random: random.fork())
      let options = RoomsOptions(version: "fuzzed")
      let admission = try Admission(
        log: log, options: options, time: time, random: random.fork())
      let sink = WatchedSink()
      let delivery = Delivery(
        admission: admission, port: admission.attachLoop(wake: {}),
        history: History(log: log, options: options, checkpoints: nil), pool: ReadsAtOnce(),
        sink: sink, time: time)
      return (log, admission, delivery, sink)
    } catch {
      fatalError("the server does not start: \(error)")
    }
  }

  // MARK: what clients do

  func say(_ bytes: [UInt8], _ client: Int) {
    if clients[client].slot < 0 { open(client, room: 0) }
    let said = clients[client].filled(bytes)
    FuzzedMessage.check(said)
    said.withUnsafeBytes { delivery.receive($0, from: clients[client].slot) }
  }

  func open(_ client: Int, room: Int) {
    drop(client)
    let slot = delivery.open(room: Self.rooms[room])
    sink.forget(slot)
    clients[client].opened(slot)
  }

  func drop(_ client: Int) {
    let slot = clients[client].slot
    guard slot >= 0 else { return }
    delivery.closed(slot)
    sink.forget(slot)
    clients[client].slot = -1
  }

  func toggleBlocked(_ client: Int) {
    let slot = clients[client].slot
    guard slot >= 0 else { return }
    if sink.blocked.remove(slot) == nil {
      sink.blocked.insert(slot)
    } else {
      delivery.writable(slot)
    }
  }

  // MARK: what the server does

  func turn() {
    delivery.endTurn()
    if !rests { log.step() }
    admission.absorb()
    delivery.pull()
    for (slot, message) in sink.take() {
      guard let client = clients.firstIndex(where: { $0.slot == slot }) else { continue }
      clients[client].hear(message)
    }
    for slot in sink.takeClosed() {
      guard let client = clients.firstIndex(where: { $0.slot == slot }) else { continue }
      drop(client)
    }
  }

  func pass(_ milliseconds: Int64) {
    time.pass(milliseconds)
    admission.tick()
    delivery.tick()
  }

  func restart(isKill: Bool) {
    check()
    if isKill { log.abandon() } else { log.close() }
    for client in clients.indices { clients[client].slot = -1 }
    (log, admission, delivery, sink) = Self.start(storage, time, &random)
    rests = false
  }

  func finish() {
    rests = false
    for _ in 0..<4 { turn() }
    check()
    log.close()
  }

  /// The live state is the fold of the log, and the log holds nothing but canonical events.
  private func check() {
    let live = admission.committed.projection
    var fold = Projection(next: log.state.start)
    do {
      try log.scan(from: log.state.start, to: live.next) { view in
        guard let event = try? Event.decode(view.value) else {
          fatalError("offset \(view.offset) holds no event")
        }
        require(
          event.canonicalJSON.elementsEqual(view.value), "offset \(view.offset) is canonical")
        require(view.value.count <= Limits.eventBytes, "offset \(view.offset) is small")
        fold.apply(view)
        return .advance
      }
    } catch { fatalError("the log cannot be read: \(error)") }
    require(fold == live, "the live state at \(live.next) is the fold of the log")
    require(fold.digest == live.digest, "and so is its digest")
  }
}

/// Reads done where they are asked for.
private struct ReadsAtOnce: ReaderPool {
  func run(_ job: @escaping @Sendable () -> Void) { job() }
}

/// Clocks that move when the script says so.
///
/// `@unchecked`: one thread uses it.
private final class ScriptedTime: TimeSource, @unchecked Sendable {
  private(set) var wallMilliseconds: Int64 = 1_700_000_000_000
  private(set) var monotonicNanoseconds: Int64 = 1_000_000_000

  func pass(_ milliseconds: Int64) {
    wallMilliseconds += milliseconds
    monotonicNanoseconds += milliseconds * 1_000_000
  }
}

/// The same numbers for every input: SplitMix64.
private struct Numbers: RandomNumberGenerator, Sendable {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func fork() -> Numbers { Numbers(state: next()) }
}
