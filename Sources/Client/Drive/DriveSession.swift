internal import Chat
internal import NIOCore

/// Types one recorded session over a socket: the hands of a ``Typist``, on one event loop.
///
/// It begins the recording's clock at its first welcome. A person whose connection is lost types
/// on, up to what a session may have unacknowledged, then waits. When all is durable and was seen
/// to come back it leaves.
final class DriveSession: SocketReceiver {
  struct Result: Sendable {
    var line: Int
    var name: String
    var messages = 0
    var edits = 0
    var resent = 0
    var reconnects = 0
    var gaps = 0
    var filtered = 0
    /// Microseconds from writing to seeing, one for each edit that came back.
    var returns: [UInt32] = []
    /// Why the session did not come to its end; nil when it did.
    var failure: String?
  }

  /// Nanoseconds to wait, once everything is acknowledged, for the last edits to come back.
  static let returnPatience: Int64 = 5_000_000_000
  private static let nanosecondsInMicrosecond: Int64 = 1_000

  private let recorded: RecordedSession
  private let room: RoomName
  private let options: DriveOptions
  private let books: DriveBooks
  private let eventLoop: any EventLoop
  private let firstMessage: Int
  private var random: SplitMix
  private var typist: Typist
  private var socket: WebSocketConnection?
  private var startedAt: Int64?
  private var next = 0
  private var settledAt: Int64?
  private var result: Result
  private let promise: EventLoopPromise<Result>
  private var timer: Scheduled<Void>?
  private var timerAt = Int64.max
  private var isDone = false

  init(
    _ recorded: RecordedSession, in room: RoomName, _ options: DriveOptions, _ books: DriveBooks,
    on eventLoop: any EventLoop, seed: UInt64
  ) {
    self.recorded = recorded
    self.room = room
    self.options = options
    self.books = books
    self.eventLoop = eventLoop
    random = SplitMix(seed: seed)
    firstMessage = books.expect(messages: recorded.messages)
    typist = Typist(seed: random.next(), at: RoomReader.now)
    result = Result(line: recorded.line, name: recorded.name)
    promise = eventLoop.makePromise()
  }

  /// Types it all; done when the connection is closed.
  func run() -> EventLoopFuture<Result> {
    turn()
    return promise.futureResult
  }

  // MARK: Turns

  /// Everything that is due now, then the clock is set for what is due next.
  private func turn() {
    guard !isDone else { return }
    let now = RoomReader.now
    perform(typist.wake(at: now))
    pressKeys(at: now)
    leaveIfDone(at: now)
    socket?.flush()
    schedule()
  }

  private func due(_ index: Int) -> Int64 {
    guard let startedAt else { return .max }
    let scaled = Double(recorded.keys[index].t) * 1_000_000 / options.speed
    return startedAt + Int64(min(scaled, 1e18))
  }

  private func pressKeys(at now: Int64) {
    while next < recorded.keys.count, typist.takesKeystrokes, due(next) <= now, !isDone {
      let key = recorded.keys[next]
      next += 1
      switch key.key {
      case .edit: result.edits += 1
      case .send: result.messages += 1
      case .discard: break
      }
      perform(typist.type(key.key, t: key.t, at: now))
    }
  }

  private func leaveIfDone(at now: Int64) {
    guard !isDone, startedAt != nil, next == recorded.keys.count, typist.isSettled else { return }
    let since = settledAt ?? now
    settledAt = since
    if typist.hasSeenAll || now - since >= Self.returnPatience { perform(typist.leave()) }
  }

  private func schedule() {
    guard !isDone else { return }
    var at = typist.deadline ?? .max
    if next < recorded.keys.count, typist.takesKeystrokes { at = min(at, due(next)) }
    if let settledAt { at = min(at, settledAt + Self.returnPatience) }
    guard at < timerAt else { return }
    timer?.cancel()
    timerAt = at
    let delay = max(at - RoomReader.now, 0)
    timer = eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(delay)) { [self] in
      timerAt = .max
      turn()
    }
  }

  private func perform(_ actions: [TypistAction]) {
    for action in actions {
      switch action {
      case .connect: connect()
      case .disconnect:
        socket?.abort()
        socket = nil
      case .say(let message): socket?.send(message.json)
      case .write(let author, let event, let again):
        if !again { books.wrote(author, event, firstMessage: firstMessage) }
        socket?.send(event.message.json)
      case .acknowledged(let author, let first, let offset):
        books.acknowledged(author, first: first, offset: offset, in: room)
      case .returned(let author, let offset, let nanoseconds):
        books.claim(author, offset: offset, in: room)
        result.returns.append(UInt32(clamping: nanoseconds / Self.nanosecondsInMicrosecond))
      case .renewed(let author): books.abandon(author)
      case .filtered(let author, let tag): books.giveUp(author, message: firstMessage + tag)
      case .ended(let ending): finish(ending)
      }
    }
  }

  private func connect() {
    socket = WebSocketConnection(
      to: options.server, path: "/rooms/\(room)/socket", on: eventLoop, receiver: self,
      seed: random.next())
    socket?.connect()
  }

  private func finish(_ ending: TypistEnding) {
    isDone = true
    timer?.cancel()
    result.resent = typist.resent
    result.reconnects = typist.reconnects
    result.gaps = typist.gaps
    result.filtered = typist.filtered
    switch ending {
    case .left: break
    case .refused(let why): result.failure = why
    case .noProgress:
      result.failure = "nothing was acknowledged for \(Typist.patience / 1_000_000_000) s"
    }
    let socket = socket
    self.socket = nil
    guard let socket else { return promise.succeed(result) }
    socket.flush()
    socket.close()
    socket.closed.assumeIsolated().whenComplete { [self] _ in promise.succeed(result) }
  }

  // MARK: The socket

  func socketOpened(_ socket: WebSocketConnection) {
    guard socket === self.socket else { return }
    perform(typist.opened(at: RoomReader.now))
    turn()
  }

  func socket(_ socket: WebSocketConnection, received text: ByteBuffer) {
    guard socket === self.socket else { return }
    let now = RoomReader.now
    do throws(WireError) {
      let actions = try text.withUnsafeReadableBytes { bytes throws(WireError) in
        typist.receive(try ServerMessage(bytes), at: now)
      }
      perform(actions)
    } catch {
      socket.abort()
      self.socket = nil
      perform(typist.closed(.broken("\(error)"), at: now))
    }
    if startedAt == nil, typist.isWelcome { startedAt = now }
    turn()
  }

  func socketClosed(_ socket: WebSocketConnection, _ closing: Closing) {
    guard socket === self.socket else { return }
    self.socket = nil
    perform(typist.closed(closing, at: RoomReader.now))
    turn()
  }
}
