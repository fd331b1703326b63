/// One end of a connection that is made again whenever it is lost.
///
/// It says when to try and when to give a silent server up. No sockets in here.
struct Link {
  enum Phase: Equatable {
    case down(until: Int64)
    case connecting(until: Int64)
    /// `hello` is out and `welcome` awaited.
    case greeting(until: Int64)
    case open
    case over
  }

  /// Nanoseconds for a connection, upgrade included.
  static let connectTimeout: Int64 = 10_000_000_000
  /// Nanoseconds from `hello` to `welcome`, which waits for pending events to be durable.
  static let greetingTimeout: Int64 = 20_000_000_000
  /// Silence in pings (`welcome.ping_ms`) after which the server is taken for dead.
  static let silentPings: Int64 = 3
  /// Milliseconds between pings when the server does not say.
  static let pingMilliseconds: Int64 = 25_000

  private(set) var phase: Phase
  private var backoff = Backoff()
  private var random: SplitMix
  private var heard: Int64
  private var ping = Self.pingMilliseconds * 1_000_000
  /// Welcomes after the first.
  private(set) var reconnects = 0
  private var welcomes = 0

  init(seed: UInt64, at now: Int64) {
    random = SplitMix(seed: seed)
    phase = .down(until: now)
    heard = now
  }

  var isOpen: Bool { phase == .open }
  var isOver: Bool { phase == .over }

  /// When to call ``expired(at:)``; nil when over.
  var deadline: Int64? {
    switch phase {
    case .down(let until), .connecting(let until), .greeting(let until): until
    case .open: heard + ping * Self.silentPings
    case .over: nil
    }
  }

  enum Step { case wait, connect, disconnect }

  /// What is to be done because of the time alone.
  mutating func expired(at now: Int64) -> Step {
    guard let deadline, deadline <= now else { return .wait }
    if case .down = phase {
      phase = .connecting(until: now + Self.connectTimeout)
      return .connect
    }
    lost(at: now)
    return .disconnect
  }

  mutating func opened(at now: Int64) {
    heard = now
    phase = .greeting(until: now + Self.greetingTimeout)
  }

  /// Another `hello` went out on the same connection.
  mutating func greetsAgain(at now: Int64) {
    phase = .greeting(until: now + Self.greetingTimeout)
  }

  mutating func welcomed(pingMilliseconds: Int64?, at now: Int64) {
    heard = now
    phase = .open
    backoff.reset()
    if let pingMilliseconds, pingMilliseconds > 0 {
      ping = min(pingMilliseconds, 3_600_000) * 1_000_000
    }
    welcomes += 1
    if welcomes > 1 { reconnects += 1 }
  }

  mutating func heard(at now: Int64) { heard = now }

  /// The connection is gone; it is made again after a while, `retry` milliseconds at least.
  mutating func lost(retry milliseconds: Int64? = nil, at now: Int64) {
    guard phase != .over else { return }
    let asked = milliseconds.map { min(max($0, 0), 3_600_000) * 1_000_000 }
    phase = .down(until: now + backoff.next(atLeast: asked, using: &random))
  }

  mutating func finish() { phase = .over }
}

/// Why a connection ended, as the other side put it.
package enum Closing: Equatable, Sendable {
  /// A close frame with its code; nil when it carried none.
  case code(UInt16?)
  /// The server answered the upgrade with this HTTP status instead.
  case refused(status: Int)
  /// No connection could be made.
  case unreachable(String)
  /// Lost without a word.
  case cut
  /// The server sent what the protocol does not allow; we hung up.
  case broken(String)

  /// Whether a client is meant to try again.
  package var comesBack: Bool {
    switch self {
    case .code(let code?): code != 1009 && !(4100...4199).contains(code)
    case .refused(let status): status == 429 || status >= 500
    case .code(nil), .unreachable, .cut, .broken: true
    }
  }
}
