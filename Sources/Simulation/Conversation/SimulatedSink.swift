internal import Chat
internal import Rooms

/// Sockets whose other ends are arrays: what was written waits until somebody takes it.
///
/// Slow is a socket that takes no more once so much waits; cut is one whose other end is gone,
/// whether or not the server has noticed.
final class SimulatedSink: SocketSink {
  /// Messages that may wait in a slow socket.
  private static let waitingMax = 3

  private(set) var waiting: [Int32: [[UInt8]]] = [:]
  /// Closed by the server, in order; the loop has not seen the end of them yet.
  private(set) var closed: [(slot: Int32, code: UInt16)] = []
  var slow: Set<Int32> = []

  func wire(_ frame: Frame) -> Frame { frame }

  func write(_ wire: Frame, to slot: Int32) -> Bool {
    waiting[slot, default: []].append(Array(wire.payload))
    return !slow.contains(slot) || (waiting[slot]?.count ?? 0) < Self.waitingMax
  }

  func ping(_ slot: Int32) {}
  func close(_ slot: Int32, _ reason: CloseReason) { closed.append((slot, reason.code)) }
  func pauseReading(_ slot: Int32, _ pause: Bool) {}
  func flush() {}

  func take(_ slot: Int32) -> [[UInt8]] {
    defer { waiting[slot] = nil }
    return waiting[slot] ?? []
  }

  func takeClosed() -> [(slot: Int32, code: UInt16)] {
    defer { closed = [] }
    return closed
  }

  /// The slot is used anew.
  func forget(_ slot: Int32) {
    waiting[slot] = nil
    slow.remove(slot)
  }
}

/// Reads done at once.
struct InlinePool: ReaderPool {
  func run(_ job: @escaping @Sendable () -> Void) { job() }
}
