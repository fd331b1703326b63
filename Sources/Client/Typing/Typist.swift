package import Chat

/// What a person does, as it was recorded.
package enum Keystroke: Equatable, Sendable {
  case edit(Edit)
  /// Sends the draft; `tag` names the message to the caller.
  case send(tag: Int)
  case discard
}

/// What a typist wants done, in this order.
package enum TypistAction: Equatable, Sendable {
  case connect
  /// Hang up; nothing of that connection is to be told any more.
  case disconnect
  case say(ClientMessage)
  /// A numbered event; `again` when the same went out before.
  case write(Author, Pending, again: Bool)
  /// Every event up to the author's `seq` is durable, `first` is the first that was not; `offset`
  /// is that of the last one, unknown when a `welcome` said so.
  case acknowledged(Author, first: Int64, offset: Int64?)
  /// An edit of ours came back, this many nanoseconds after it first went out.
  case returned(Author, offset: Int64, nanoseconds: Int64)
  /// The message of this name is given up: the server does not take a word in it.
  case filtered(Author, tag: Int)
  /// The session is given up; what it had unacknowledged, some of it perhaps durable, goes on
  /// under new numbers.
  case renewed(from: Author)
  case ended(TypistEnding)
}

/// Why a typist stopped for good.
package enum TypistEnding: Equatable, Sendable {
  case left
  /// The server does not want this client back, or never takes what it has.
  case refused(String)
  /// Nothing was acknowledged for ``Typist/patience``.
  case noProgress
}

/// One person at one keyboard: a session of the socket's protocol, without a socket.
///
/// Time and messages go in, actions come out. Keystrokes are numbered as they are typed, kept
/// until they are acknowledged, and written again on every new connection from `welcome.seq` on,
/// so that the log gets each once and in order, whatever becomes of the connections between.
package struct Typist {
  /// Nanoseconds without an acknowledgement after which a typist gives up.
  package static let patience: Int64 = 60_000_000_000
  /// Times one `seq` may be refused before the typist gives up.
  static let refusalsMost = 8
  /// Frames in a row that do not follow the last before the typist starts from a snapshot.
  static let gapsMost = 3

  let name: String?
  var random: SplitMix
  var link: Link

  // Who: given by the server, kept over reconnects.
  var by: ParticipantID?
  var token: String?
  package internal(set) var session: SessionID

  // What was typed: all of it (`local`), and as far as it is durable (`settled`).
  var pending = PendingQueue()
  var nextSeq: Int64 = 1
  var acknowledgedSeq: Int64 = 0
  /// Where `acknowledgedSeq` stands in the log, if the server said so.
  var acknowledgedOffset: Int64?
  /// What was durable when this connection was welcomed; a snapshot behind it holds it.
  var welcomedSeq: Int64 = 0
  var local = DraftState()
  var settled = DraftState()
  /// The last draft that the server closed under the typist, though nothing durable says so.
  var closedDraft: Int64 = 0
  /// The room takes no edits, or none of ours: drafts stay here and go out whole.
  var isHidden = false
  var typingSaidAt: Int64?
  var elapsed: Int64 = 0

  // What is read.
  var position = ReadPosition()
  var gapsInARow = 0
  var returns = Returns()

  // Waiting.
  var holdUntil: Int64?
  var progressAt: Int64
  var refused: (seq: Int64, times: Int) = (0, 0)
  var retryAsked: Int64?

  /// Events that went out more than once.
  package internal(set) var resent = 0
  /// Frames that did not follow the one before.
  package internal(set) var gaps = 0
  /// Messages given up because the server does not take a word in them.
  package internal(set) var filtered = 0
  /// Events the server refused.
  package internal(set) var refusals = 0
  package var reconnects: Int { link.reconnects }

  package init(name: String? = nil, seed: UInt64, at now: Int64) {
    var random = SplitMix(seed: seed)
    self.name = name
    session = SessionID(bits: UInt32(truncatingIfNeeded: random.next()))
    link = Link(seed: random.next(), at: now)
    self.random = random
    progressAt = now
  }

  /// Whether another keystroke may come: fewer are unacknowledged than the server admits.
  package var takesKeystrokes: Bool {
    pending.count < Limits.unacknowledgedEvents && !link.isOver
  }
  /// Whether everything typed is durable.
  package var isSettled: Bool { pending.isEmpty }
  /// Whether every edit that can come back has come back.
  package var hasSeenAll: Bool {
    if returns.isEmpty { return true }
    guard let acknowledgedOffset, let last = position.last else { return false }
    return isSettled && last >= acknowledgedOffset
  }
  package var isOver: Bool { link.isOver }
  /// Whether the server has said who this is.
  package var isWelcome: Bool { by != nil }

  /// When to call ``wake(at:)``; nil when there is nothing to wait for.
  package var deadline: Int64? {
    guard var deadline = link.deadline else { return nil }
    if link.isOpen, let holdUntil { deadline = min(deadline, holdUntil) }
    if !pending.isEmpty || !link.isOpen { deadline = min(deadline, progressAt + Self.patience) }
    return deadline
  }

  /// Time has passed.
  package mutating func wake(at now: Int64) -> [TypistAction] {
    guard !link.isOver else { return [] }
    if !pending.isEmpty || !link.isOpen, now >= progressAt + Self.patience {
      return end(.noProgress)
    }
    switch link.expired(at: now) {
    case .connect: return [.connect]
    case .disconnect: return [.disconnect]
    case .wait: break
    }
    guard link.isOpen, let holdUntil, now >= holdUntil else { return [] }
    self.holdUntil = nil
    return flush(at: now)
  }

  /// The socket is open and upgraded.
  package mutating func opened(at now: Int64) -> [TypistAction] {
    guard case .connecting = link.phase else { return [] }
    link.opened(at: now)
    return [.say(.hello(hello))]
  }

  /// The connection is gone.
  package mutating func closed(_ closing: Closing, at now: Int64) -> [TypistAction] {
    if case .down = link.phase { return [] }
    guard !link.isOver else { return [] }
    guard closing.comesBack else { return end(.refused("closed by the server: \(closing)")) }
    link.lost(retry: retryAsked, at: now)
    retryAsked = nil
    return []
  }

  /// Says goodbye; the caller hangs up when that is written.
  package mutating func leave() -> [TypistAction] {
    guard !link.isOver else { return [] }
    let words: [TypistAction] = link.isOpen ? [.say(.leave)] : []
    return words + end(.left)
  }

  mutating func end(_ ending: TypistEnding) -> [TypistAction] {
    link.finish()
    return [.ended(ending)]
  }

  var hello: Hello {
    var hello = Hello(session: session)
    hello.from = position.cursor
    hello.token = token
    hello.name = token == nil ? name : nil
    return hello
  }

  /// This session as the author of its event `seq`; nil before the first welcome.
  func author(_ seq: Int64) -> Author? {
    by.map { Author(by: $0, session: session, seq: seq) }
  }
}
