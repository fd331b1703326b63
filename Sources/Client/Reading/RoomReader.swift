package import Chat
package import NIOCore

/// Reads one room from a server, every event once and in order, for as long as it is asked to.
///
/// It watches over a socket, resumes by cursor whenever that is lost, and fetches over HTTP what a
/// snapshot skipped. It belongs to one event loop; everything it tells it tells there.
package final class RoomReader: SocketReceiver {
  package enum Beginning: Equatable, Sendable {
    /// What comes from now on.
    case now
    /// Everything the server has.
    case beginning
    /// The room's events with this offset and above.
    case offset(Int64)
  }

  /// An event as it is told: offset, ms since 1970, and the log's bytes, valid during the call.
  package typealias Event = (Int64, Int64, UnsafeRawBufferPointer) -> Void

  /// Nanoseconds without a connection after which a reader gives up.
  package static let patience = Typist.patience
  /// The same before the first welcome: a server that is not there is said so soon.
  static let firstPatience: Int64 = 5_000_000_000
  /// Bytes of live frames kept while an older range is fetched; past it the socket is let go and
  /// the range grows instead.
  static let backlogBytes = 32 * 1024 * 1024

  let address: ServerAddress
  let room: RoomName
  let eventLoop: any EventLoop
  let sink: Event
  private(set) var beginning: Beginning
  var link: Link
  private var random: SplitMix
  private var socket: WebSocketConnection?
  private var timer: Scheduled<Void>?
  private var lostAt: Int64
  private var retryAsked: Int64?
  private var lastClosing: Closing?

  var position = ReadPosition()
  var epoch: String?
  /// Offset of the last event told, or skipped because nobody asked for it; nil before the start.
  var told: Int64?
  var first: Int64 = 0
  var fetch: RangeFetch?
  var backlog: [ByteBuffer] = []
  var backlogSize = 0

  var start: EventLoopPromise<Int64>?
  var waiters: [(offset: Int64, promise: EventLoopPromise<Void>)] = []
  private(set) var failure: RoomReaderError?
  /// Frames that did not follow the one before.
  private(set) var gaps = 0
  /// Called when the server's log began anew and everything told is void.
  package var onNewEpoch: (() -> Void)?

  package init(
    _ room: RoomName, at address: ServerAddress, from beginning: Beginning,
    on eventLoop: any EventLoop, seed: UInt64, tell sink: @escaping Event
  ) {
    self.room = room
    self.address = address
    self.beginning = beginning
    self.eventLoop = eventLoop
    self.sink = sink
    random = SplitMix(seed: seed)
    lostAt = Self.now
    link = Link(seed: random.next(), at: lostAt)
  }

  static var now: Int64 { Int64(NIODeadline.now().uptimeNanoseconds) }

  /// Begins; the offset of the room's last event at that time, −1 for none, once it is known.
  package func open() -> EventLoopFuture<Int64> {
    let promise = eventLoop.makePromise(of: Int64.self)
    start = promise
    wake()
    return promise.futureResult
  }

  /// Done when everything up to `offset` was told.
  package func reached(_ offset: Int64) -> EventLoopFuture<Void> {
    let promise = eventLoop.makePromise(of: Void.self)
    if let failure {
      promise.fail(failure)
    } else {
      waiters.append((offset, promise))
      answerWaiters()
    }
    return promise.futureResult
  }

  package func close() {
    link.finish()
    timer?.cancel()
    socket?.close()
    socket = nil
    fail(.closed)
  }

  func fail(_ error: RoomReaderError) {
    guard failure == nil else { return }
    failure = error
    link.finish()
    timer?.cancel()
    socket?.close()
    start?.fail(error)
    start = nil
    for waiter in waiters { waiter.promise.fail(error) }
    waiters = []
  }

  // MARK: The connection

  private func wake() {
    let now = Self.now
    if !link.isOpen, now - lostAt >= (epoch == nil ? Self.firstPatience : Self.patience) {
      return fail(.unreachable(lastClosing.map { "\($0)" } ?? "no answer"))
    }
    switch link.expired(at: now) {
    case .wait: break
    case .disconnect: hangUp()
    case .connect:
      let path = "/rooms/\(room)/socket"
      socket = WebSocketConnection(
        to: address, path: path, on: eventLoop, receiver: self, seed: random.next())
      socket?.connect()
    }
    schedule()
  }

  private func schedule() {
    timer?.cancel()
    guard let deadline = link.deadline else { return }
    let delay = max(deadline - Self.now, 0)
    timer = eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(delay)) { [self] in wake() }
  }

  private func hangUp() {
    socket?.abort()
    socket = nil
    lostAt = link.isOpen ? Self.now : lostAt
  }

  /// Lets the socket go and comes back.
  func reconnect() {
    hangUp()
    link.lost(at: Self.now)
    schedule()
  }

  package func socketOpened(_ socket: WebSocketConnection) {
    link.opened(at: Self.now)
    var hello = Hello(session: SessionID(bits: UInt32(truncatingIfNeeded: random.next())))
    hello.watch = true
    hello.last = 1
    hello.from = position.cursor
    say(.hello(hello))
    schedule()
  }

  private func say(_ message: ClientMessage) {
    socket?.send(message.json)
    socket?.flush()
  }

  package func socketClosed(_ socket: WebSocketConnection, _ closing: Closing) {
    self.socket = nil
    lastClosing = closing
    let now = Self.now
    if link.isOpen { lostAt = now }
    guard closing.comesBack else { return fail(.refused("\(closing)")) }
    link.lost(retry: retryAsked, at: now)
    retryAsked = nil
    schedule()
  }

  package func socket(_ socket: WebSocketConnection, received text: ByteBuffer) {
    link.heard(at: Self.now)
    do throws(WireError) {
      try text.withUnsafeReadableBytes { bytes throws(WireError) in
        try receive(try ServerMessage(bytes), text)
      }
    } catch {
      lastClosing = .broken("\(error)")
      reconnect()
    }
  }

  private func receive(_ message: ServerMessage, _ text: ByteBuffer) throws(WireError) {
    switch message {
    case .welcome(let welcome):
      link.welcomed(pingMilliseconds: welcome.pingMilliseconds, at: Self.now)
      schedule()
      enter(welcome.epoch)
    case .snapshot(let snapshot): take(snapshot)
    case .events(let frame):
      guard position.take(frame) else {
        gaps += 1
        return reconnect()
      }
      if fetch == nil {
        try tell(frame)
      } else {
        keep(text)
      }
    case .position(let next): position.take(position: next)
    case .reset: position.forget()
    case .ping: say(.pong)
    case .bye(let bye):
      retryAsked = bye.retryMilliseconds
      // What is missing is asked for over HTTP, which says that it cannot be had.
      if bye.code == Bye.unreadable { position.forget() }
    case .error(let error):
      if case .greeting = link.phase { fail(.refused("\(error.code): \(error.message)")) }
    case .ack, .page, .unknown: break
    }
  }
}

/// Why a room cannot be read any further.
package enum RoomReaderError: Error, Equatable, Sendable {
  case unreachable(String)
  case refused(String)
  /// A range of events cannot be had over HTTP.
  case rangeRefused(from: Int64, String)
  case closed
}
