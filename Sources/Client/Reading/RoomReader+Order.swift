internal import NIOCore

// What was received, in order and once.
extension RoomReader {
  func enter(_ epoch: String) {
    defer { self.epoch = epoch }
    guard let known = self.epoch, known != epoch, told != nil else { return }
    guard let onNewEpoch else { return }
    onNewEpoch()
    told = first - 1
  }

  func take(_ snapshot: Snapshot) {
    position.take(snapshot)
    if told == nil {
      switch beginning {
      case .now: told = snapshot.prev
      case .beginning: told = -1
      case .offset(let offset): told = offset - 1
      }
      first = (told ?? -1) + 1
    }
    start?.succeed(snapshot.prev)
    start = nil
    advance(to: snapshot.prev)
  }

  /// Fetches what lies between what was told and `last`, if anything does.
  private func advance(to last: Int64) {
    guard let told, last > told else { return answerWaiters() }
    if let fetch {
      fetch.last = max(fetch.last, last)
      return
    }
    fetch = RangeFetch(through: last, reader: self)
    fetch?.next()
  }

  func keep(_ text: ByteBuffer) {
    backlogSize += text.readableBytes
    guard backlogSize <= Self.backlogBytes else {
      backlog = []
      backlogSize = 0
      position.forget()
      return reconnect()
    }
    backlog.append(text)
  }

  /// Everything up to the fetched range's end was told; what came meanwhile follows.
  func fetched(through last: Int64) {
    fetch = nil
    told = max(told ?? last, last)
    let kept = backlog
    backlog = []
    backlogSize = 0
    for text in kept {
      text.withUnsafeReadableBytes { bytes in
        // It was read once already, when it came.
        if case .events(let frame)? = try? ServerMessage(bytes) { try? tell(frame) }
      }
    }
    answerWaiters()
  }

  func tell(_ frame: EventsFrame) throws(WireError) {
    let times = try frame.times()
    for index in 0..<frame.count {
      tell(frame.offset(at: index), times[index], frame.event(at: index))
    }
    answerWaiters()
  }

  /// Tells one event unless it was told before.
  func tell(_ offset: Int64, _ time: Int64, _ event: UnsafeRawBufferPointer) {
    guard failure == nil, offset > told ?? -1 else { return }
    told = offset
    sink(offset, time, event)
  }

  func answerWaiters() {
    guard let told, fetch == nil, !waiters.isEmpty else { return }
    let ready = waiters.filter { $0.offset <= told }
    waiters.removeAll { $0.offset <= told }
    for waiter in ready { waiter.promise.succeed() }
  }
}
