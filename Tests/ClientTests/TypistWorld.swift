import Chat
import Client
import Testing

/// One typist, one ``ModelServer`` and the wire between, stepped by a seed.
///
/// Invariants checked: every message that was typed stands in the log once, in order, with its
/// text; no (participant, session, seq) stands there twice; the seqs of a session are dense; what
/// the typist believes acknowledged is in the log at that offset.
struct TypistWorld {
  let seed: UInt64
  var random: SplitMix
  var server: ModelServer
  var typist: Typist
  var now: Int64 = 0
  /// Messages on their way to the server.
  var outbound: [[UInt8]] = []
  var connection: Int?
  private var connections = 0
  var ending: TypistEnding?
  var isTracing = false
  var trace: [String] = []

  // What the person meant.
  var draft = DraftText()
  private(set) var messages: [String] = []
  /// Tags of messages that were given up, because they hold a word the server does not take.
  private(set) var filtered: [Int] = []
  /// Bounds drawn from.
  var weights = Weights()

  struct Weights {
    var cut: UInt64 = 2
    var crash: UInt64 = 1
    var unavailable: UInt64 = 1
    var absence: UInt64 = 0
    var forgetfulness: UInt64 = 0
  }

  init(seed: UInt64) {
    self.seed = seed
    random = SplitMix(seed: seed)
    server = ModelServer(seed: random.next())
    typist = Typist(seed: random.next(), at: 0)
  }

  // MARK: Acting

  mutating func perform(_ actions: [TypistAction]) {
    for action in actions {
      switch action {
      case .connect:
        connections += 1
        connection = connections
        server.connect(connections)
        perform(typist.opened(at: now))
      case .disconnect: hangUp()
      case .say(let message): outbound.append(message.json)
      case .write(_, let event, let again):
        if isTracing {
          trace.append("write \(event.seq) d\(event.draft) \(event.content) \(again)")
        }
        outbound.append(event.message.json)
      case .acknowledged(let author, _, let offset): check(author, offset)
      case .returned(let author, let offset, _): check(author, offset)
      case .filtered(_, let tag): filtered.append(tag)
      case .renewed: break
      case .ended(let ending):
        self.ending = ending
        hangUp()
      }
    }
  }

  private mutating func hangUp() {
    if let connection { server.disconnect(connection) }
    connection = nil
    outbound = []
  }

  private func check(_ author: Author, _ offset: Int64?) {
    let found =
      offset.map { ModelServer.author(of: server.log[Int($0)].event) }
      ?? server.log.lazy.compactMap { ModelServer.author(of: $0.event) }.first { $0 == author }
    #expect(found == author, "seed \(seed): acknowledged and not in the log")
  }

  // MARK: Steps

  mutating func typeSomething() {
    guard typist.takesKeystrokes else { return }
    let length = draft.scalars
    switch random.next() % 12 {
    case 0 where length > 0:
      messages.append(draft.string)
      perform(typist.type(.send(tag: messages.count - 1), t: now / 1_000_000, at: now))
      draft = DraftText()
    case 1 where length > 0 && random.next() % 4 == 0:
      perform(typist.type(.discard, t: now / 1_000_000, at: now))
      draft = DraftText()
    default:
      let at = Int(random.next() % UInt64(length + 1))
      let del = Int(random.next() % UInt64(min(3, length - at) + 1))
      let ins = ["a", "ö", "👩‍🚀", "", "\"\\\n", "word "].randomElement(using: &random) ?? ""
      let edit = Edit(at: at, del: del, ins: ins, kind: .type)
      draft.replace(at: at, del: del, with: ins)
      perform(typist.type(.edit(edit), t: now / 1_000_000, at: now))
    }
  }

  /// Something of everything that can happen.
  mutating func step() throws {
    now += Int64(random.next() % 40_000_000)
    perform(typist.wake(at: now))
    switch random.next() % 100 {
    case 0..<35: typeSomething()
    case 35..<60: try carryToServer()
    case 60..<80: try carryToClient()
    case 80..<92: server.commit()
    case 92..<94: server.interrupt()
    default: try trouble()
    }
  }

  mutating func trouble() throws {
    let sum =
      weights.cut + weights.crash + weights.unavailable + weights.absence + weights.forgetfulness
    guard sum > 0 else { return }
    var drawn = random.next() % sum
    if drawn < weights.cut { return try cut() }
    drawn -= weights.cut
    if drawn < weights.crash {
      server.crash()
      return lose()
    }
    drawn -= weights.crash
    if drawn < weights.unavailable { return server.refusePending() }
    drawn -= weights.unavailable
    if drawn < weights.absence {
      try cut()
      return server.closeDrafts()
    }
    try cut()
    server.forgetSessions()
    if random.next() % 2 == 0 { server.forgetTokens() }
  }

  mutating func carryToServer() throws {
    guard let connection, !outbound.isEmpty else { return }
    if isTracing { trace.append("arrives " + String(decoding: outbound[0], as: UTF8.self)) }
    try server.receive(outbound.removeFirst(), from: connection)
  }

  mutating func carryToClient() throws {
    guard let connection, server.outbox[connection]?.isEmpty == false,
      let bytes = server.outbox[connection]?.removeFirst()
    else { return }
    if isTracing { trace.append("recv " + String(decoding: bytes, as: UTF8.self)) }
    let actions = try bytes.withUnsafeBytes { typist.receive(try ServerMessage($0), at: now) }
    perform(actions)
  }

  /// Some of what is under way still arrives, on both sides, then nothing.
  private mutating func cut() throws {
    for _ in 0..<random.next() % 4 { try carryToServer() }
    for _ in 0..<random.next() % 4 { try carryToClient() }
    guard let connection else { return }
    server.disconnect(connection)
    lose()
  }

  private mutating func lose() {
    guard connection != nil else { return }
    if isTracing { trace.append("lost") }
    connection = nil
    outbound = []
    perform(typist.closed(.cut, at: now))
  }

  /// Nothing bad any more: everything is carried until the typist has all acknowledged.
  mutating func settle() throws {
    for _ in 0..<20_000 where !(typist.isSettled && typist.hasSeenAll) && ending == nil {
      now = max(now + 1_000_000, min(typist.deadline ?? now, now + 100_000_000))
      perform(typist.wake(at: now))
      while connection != nil, !outbound.isEmpty { try carryToServer() }
      server.commit()
      while let connection, server.outbox[connection]?.isEmpty == false { try carryToClient() }
    }
  }
}
