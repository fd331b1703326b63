import LogStore
import NIOCore
import NIOPosix

/// Reading: fetches that wait for records or for the disk, and offsets by time.
extension KafkaLoop {
  struct WaitingFetch {
    let connection: KafkaConnection
    let request: FetchRequest
    let correlation: Int32
    let deadline: NIODeadline
    var timer: Scheduled<Void>?
    var isReading = false
    /// Not looked at before, so that few bytes at a time are not read again and again.
    var earliest = NIODeadline.uptimeNanoseconds(0)
  }

  /// Between two looks at a fetch that wants more bytes than there were.
  private static var pause: TimeAmount { .milliseconds(20) }

  func fetch(_ request: FetchRequest, _ correlation: Int32, for connection: KafkaConnection) {
    let wait = min(max(0, request.waitMilliseconds), options.waitMillisecondsMost)
    let deadline = NIODeadline.now() + .milliseconds(Int64(wait))
    let ticket = ticket()
    fetches[ticket] = WaitingFetch(
      connection: connection, request: request, correlation: correlation, deadline: deadline)
    if wait == 0 || request.bytesLeast <= 0 || isDue(request) { return read(ticket) }
    fetches[ticket]?.timer = wake(ticket, at: deadline)
  }

  /// The log has committed.
  func absorb() {
    let now = NIODeadline.now()
    for (ticket, fetch) in fetches where !fetch.isReading && isDue(fetch.request) {
      if fetch.earliest <= now {
        read(ticket)
      } else {
        fetch.timer?.cancel()
        fetches[ticket]?.timer = wake(ticket, at: min(fetch.earliest, fetch.deadline))
      }
    }
  }

  private func wake(_ ticket: Ticket, at deadline: NIODeadline) -> Scheduled<Void> {
    eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [unowned self] in read(ticket) }
  }

  /// Whether there is something to tell: records, or what is wrong.
  private func isDue(_ request: FetchRequest) -> Bool {
    let state = log.state
    return request.session != 0 || request.topics.isEmpty
      || request.topics.contains { topic in
        topic.partitions.contains { partition in
          partition.offset < state.next
            || FetchAnswer.fault(partition, of: topic.name, state) != .none
        }
      }
  }

  private func read(_ ticket: Ticket) {
    guard let fetch = fetches[ticket], !fetch.isReading else { return }
    fetch.timer?.cancel()
    fetches[ticket]?.isReading = true
    let (request, correlation) = (fetch.request, fetch.correlation)
    guard isDue(request) else {
      // Time is up and nothing came: that is told without the disk.
      return finish(
        ticket, FetchAnswer(request, correlation, log: log, bytesMost: options.answerBytesMost))
    }
    let (log, bytesMost) = (log, options.answerBytesMost)
    readers.runIfActive(eventLoop: eventLoop) {
      FetchAnswer(request, correlation, log: log, bytesMost: bytesMost)
    }.assumeIsolated().whenComplete { [weak self] result in
      guard let self else { return }
      if case .success(let answer) = result { finish(ticket, answer) } else { forget(ticket) }
    }
  }

  private func finish(_ ticket: Ticket, _ answer: FetchAnswer) {
    guard let fetch = fetches[ticket] else { return }
    let now = NIODeadline.now()
    guard answer.hasError || answer.bytes >= Int(fetch.request.bytesLeast) || now >= fetch.deadline
    else {
      fetches[ticket]?.isReading = false
      fetches[ticket]?.earliest = now + Self.pause
      fetches[ticket]?.timer = wake(ticket, at: fetch.deadline)
      return
    }
    forget(ticket)
    counts.count(bytes: answer.bytes)
    fetch.connection.answer(answer.frame)
  }

  func forget(_ ticket: Ticket) {
    fetches.removeValue(forKey: ticket)?.timer?.cancel()
  }

  func listOffsets(
    _ request: ListOffsetsRequest, _ correlation: Int32, for connection: KafkaConnection
  ) {
    let log = log
    readers.runIfActive(eventLoop: eventLoop) {
      ResponseFrame.make(correlation) { buffer in
        request.write(&buffer) { OffsetLookup.find($1, of: $0, in: log) }
      }
    }.assumeIsolated().whenSuccess { connection.answer($0) }
  }
}
