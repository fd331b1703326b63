import Chat
import Client
import Dispatch
import Glibc
import Hashing
import LogStore
import Projector
import Rooms

/// Types recorded sessions through admission, log and fold, in one process and without a socket:
/// typists on one side, the delivery of one loop on the other.
///
/// A test kills it.
///
///     CorpusChild DATA RECORDING FIRST LAST      sessions FIRST..<LAST of the recording
///
/// Prints `acked BY SESSION SEQ OFFSET` for every acknowledgement as it comes, and at the end
/// `digest HEX NEXT` of the live state.
@main
enum CorpusChild {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 5, let first = Int(arguments[3]), let last = Int(arguments[4]) else {
      fail("usage: CorpusChild DATA RECORDING FIRST LAST")
    }
    let log = try Log.open(arguments[1])
    let house = try House(log: log)
    let recording = try Recording(path: arguments[2])
    var read = 0
    while read < first, try recording.next() != nil { read += 1 }
    // As many type at a time, each in a room of their own, so that nobody reads another's keys.
    var desks = (0..<8).compactMap { RoomName("desk-\($0)") }.map { Desk(house: house, room: $0) }
    var isRead = false
    while !isRead || desks.contains(where: { !$0.isDone }) {
      for index in desks.indices {
        if desks[index].isDone, !isRead {
          if read < last, let session = try recording.next() {
            read += 1
            desks[index].begin(session)
          } else {
            isRead = true
          }
        }
        desks[index].work()
      }
      house.turn()
      for index in desks.indices { desks[index].read() }
    }
    house.settle()
    let state = house.admission.committed
    report("digest \(state.projection.digest.hex) \(state.projection.next)\n")
    log.close()
  }
}

/// The server's parts, without its sockets.
final class House {
  let admission: Admission
  let delivery: Delivery<Sink>
  let sink = Sink()
  private let committed = DispatchSemaphore(value: 0)
  private let observation: Observation

  init(log: Log) throws {
    let options = RoomsOptions(version: "corpus")
    admission = try Admission(
      log: log, options: options, time: SystemTime(), random: SecureRandom())
    let committed = committed
    observation = log.observe { committed.signal() }
    delivery = Delivery(
      admission: admission, port: admission.attachLoop(wake: {}),
      history: History(log: log, options: options, checkpoints: nil), pool: InlinePool(),
      sink: sink, time: SystemTime())
  }

  deinit { observation.cancel() }

  /// Hands in what was said and delivers what was committed; waits while the log is at work.
  func turn() {
    delivery.endTurn()
    admission.absorb()
    if !admission.isSettled { waitForCommit() }
    delivery.endTurn()
    for slot in sink.takeClosed() { delivery.closed(slot) }
  }

  /// Hands in and delivers until everything said is durable and folded.
  func settle() {
    turn()
    while !admission.isSettled { waitForCommit() }
  }

  private func waitForCommit() {
    committed.wait()
    admission.absorb()
  }
}

/// Sockets that are arrays of frames.
final class Sink: SocketSink {
  private var written: [Int32: [Frame]] = [:]
  private var closed: [Int32] = []

  func wire(_ frame: Frame) -> Frame { frame }
  func write(_ wire: Frame, to slot: Int32) -> Bool {
    written[slot, default: []].append(wire)
    return true
  }
  func ping(_ slot: Int32) {}
  func close(_ slot: Int32, _ reason: CloseReason) { closed.append(slot) }
  func pauseReading(_ slot: Int32, _ pause: Bool) {}
  func flush() {}

  func take(_ slot: Int32) -> [Frame] { written.removeValue(forKey: slot) ?? [] }
  func takeClosed() -> [Int32] {
    defer { closed = [] }
    return closed
  }
}

struct InlinePool: ReaderPool {
  func run(_ job: @escaping @Sendable () -> Void) { job() }
}

/// Straight to the pipe: what is printed was acknowledged, whatever becomes of this process.
func report(_ line: String) {
  let bytes = Array(line.utf8)
  guard write(1, bytes, bytes.count) == bytes.count else { exit(1) }
}

func fail(_ text: String) -> Never {
  let line = Array("CorpusChild: \(text)\n".utf8)
  _ = write(2, line, line.count)
  exit(1)
}
