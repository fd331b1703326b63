internal import Chat
internal import Dispatch
internal import Glibc
internal import LogStore
internal import Logging
internal import Replay
internal import Rooms
internal import Synchronization

/// The server's side of `DATA/admin.sock` (``AdminLine`` draws what is said on it).
///
/// Only the owner of the data directory may connect (0600). A line that is too long or too slow
/// ends its connection; a few are answered at a time, the others are told to come again.
final class AdminSocket: Sendable {
  private let admission: Admission
  private let data: String
  private let listener: Int32
  private let logger: Logger
  private let isOver = Atomic(false)
  private let answering = Atomic(0)
  private let ended = DispatchSemaphore(value: 0)
  private let queue = DispatchQueue(label: "verbatim.admin", attributes: .concurrent)

  /// Connections answered at a time.
  private static let connectionsMost = 16
  private static let backlog: Int32 = 16
  /// Seconds for a line to be here whole.
  private static let patienceSeconds = 2
  /// Milliseconds between two looks whether the server ends.
  private static let lookMilliseconds: Int32 = 200

  /// Listens; nil, with a word in the log, where there can be no socket.
  ///
  /// Call it while the directory's lock is held: what stands under the name is removed.
  init?(_ data: String, _ admission: Admission, _ logger: Logger) {
    self.admission = admission
    self.data = data
    self.logger = logger
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    unlink("\(data)/\(AdminLine.name)")
    // Before it has a name, so that nobody else finds it open even for a moment.
    fchmod(listener, 0o600)
    let failure = UnixAddress.use(data, AdminLine.name) { [listener] in
      bind(listener, $0, $1) == 0 && Glibc.listen(listener, Self.backlog) == 0 ? 0 : errno
    }
    guard listener >= 0, failure == 0 else {
      logger.warning("no \(AdminLine.name): \(String(cString: strerror(failure)))")
      if listener >= 0 { close(listener) }
      return nil
    }
    queue.async { self.acceptAll() }
  }

  /// Takes the name away and hears nobody any more.
  func stop() {
    guard !isOver.exchange(true, ordering: .sequentiallyConsistent) else { return }
    unlink("\(data)/\(AdminLine.name)")
    ended.wait()
    close(listener)
  }

  private func acceptAll() {
    var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
    while !isOver.load(ordering: .relaxed) {
      guard poll(&waiting, 1, Self.lookMilliseconds) > 0 else { continue }
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { continue }
      _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
      take(connection)
    }
    ended.signal()
  }

  private func take(_ connection: Int32) {
    var patience = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
    let (_, now) = answering.add(1, ordering: .relaxed)
    guard now <= Self.connectionsMost else {
      say(AdminAnswer.error("busy", "too many ask at a time"), on: connection)
      return hangUp(connection)
    }
    queue.async {
      let answer = self.readLine(from: connection).map { self.answer(to: $0) }
      if let answer { self.say(answer, on: connection) }
      self.hangUp(connection)
    }
  }

  private func hangUp(_ connection: Int32) {
    close(connection)
    answering.subtract(1, ordering: .relaxed)
  }

  /// One line without its end; nil when none came in time.
  ///
  /// What is longer is handed on as far as it was read, to be refused.
  private func readLine(from connection: Int32) -> [UInt8]? {
    let deadline = DispatchTime.now() + .seconds(Self.patienceSeconds)
    var line: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: AdminLine.bytesMost)
    while line.count <= AdminLine.bytesMost {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0, DispatchTime.now() < deadline else { return nil }
      if let end = buffer[..<count].firstIndex(of: UInt8(ascii: "\n")) {
        return line + buffer[..<end]
      }
      line += buffer[..<count]
    }
    return line
  }

  private func say(_ answer: [UInt8], on connection: Int32) {
    let line = answer + [UInt8(ascii: "\n")]
    _ = line.withUnsafeBytes {
      send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
  }

  private func answer(to line: [UInt8]) -> [UInt8] {
    guard line.count < AdminLine.bytesMost else {
      return AdminAnswer.error("too_large", "a line has at most \(AdminLine.bytesMost) bytes")
    }
    switch AdminRequest.parse(line) {
    case .failure(let fault): return AdminAnswer.error(fault.code, fault.message)
    case .success(.committed): return AdminAnswer.committed(admission.log.state)
    case .success(.act(let act, let room)):
      let outcome = perform(act, in: room)
      logger.notice("operator: \(act) in \(room): \(outcome)")
      return AdminAnswer.outcome(outcome)
    }
  }

  /// Seconds an act may take to become durable.
  private static let actSeconds = 30

  private func perform(_ act: OperatorAct, in room: RoomName) -> ActOutcome {
    let answered = DispatchSemaphore(value: 0)
    let outcome = Outcome()
    admission.perform(act, in: room) {
      outcome.set($0)
      answered.signal()
    }
    _ = answered.wait(timeout: .now() + .seconds(Self.actSeconds))
    return outcome.value
  }

  /// Until it is set, nobody knows.
  private final class Outcome: Sendable {
    private let kept = Mutex(ActOutcome.unavailable)
    var value: ActOutcome { kept.withLock { $0 } }
    func set(_ outcome: ActOutcome) { kept.withLock { $0 = outcome } }
  }
}
