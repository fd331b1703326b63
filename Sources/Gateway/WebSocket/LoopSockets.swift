import Rooms

/// The sockets of one loop, by slot, as delivery writes to them: a commit's frame at once, all else
/// queued and sent at the sweep's end.
final class LoopSockets: SocketSink {
  private var sockets: [RoomSocket?] = []
  /// Those with something to send in this sweep, each once.
  private var touched: [RoomSocket] = []

  subscript(slot: Int32) -> RoomSocket? {
    get { slot >= 0 && slot < sockets.count ? sockets[Int(slot)] : nil }
    set {
      while sockets.count <= slot { sockets.append(nil) }
      sockets[Int(slot)] = newValue
    }
  }

  func touch(_ socket: RoomSocket) {
    guard !socket.isTouched else { return }
    socket.isTouched = true
    touched.append(socket)
  }

  // A frame has its header already; every socket of every loop sends the same bytes.
  func wire(_ frame: Frame) -> Frame { frame }

  func write(_ wire: Frame, to slot: Int32) -> Bool { self[slot]?.write(wire) ?? true }

  func deliver(_ wire: Frame, to slot: Int32) -> Bool { self[slot]?.deliver(wire) ?? true }

  func ping(_ slot: Int32) {
    guard let socket = self[slot], socket.phase == .open else { return }
    socket.queue(.control(ControlFrame.ping))
  }

  func close(_ slot: Int32, _ reason: CloseReason) { self[slot]?.close(reason) }

  func pauseReading(_ slot: Int32, _ pause: Bool) { self[slot]?.pauseReading(pause) }

  func flush() {
    while !touched.isEmpty {
      let sweep = touched
      touched.removeAll(keepingCapacity: true)
      for socket in sweep { socket.flush() }
    }
  }
}
