package import Chat

/// What the companion knows of one room: the last items, the names, and what waits for an answer.
///
/// A fold over the room's events, total and deterministic: an event that makes no sense here
/// changes nothing. It is the companion's own and small, not the transcript.
package struct Conversation: Sendable {
  /// A message, or a reply in its `reply.started`'s place.
  package struct Item: Equatable, Sendable {
    package enum Speaker: Equatable, Sendable {
      /// A visitor, by the name they had then.
      case person(name: String)
      case companion
    }

    package let offset: Int64
    package let speaker: Speaker
    package fileprivate(set) var text: String
    fileprivate var isHidden = false
  }

  /// A message nobody has answered or refused yet.
  package struct Waiting: Equatable, Sendable {
    package let offset: Int64
    /// Milliseconds since 1970.
    package let time: Int64
    let by: ParticipantID
  }

  /// Items kept; more than any context holds in practice.
  static let itemsKept = 256
  /// Unicode scalars of the items kept, beyond the newest one.
  static let scalarsKept = 32_000
  /// Messages that wait at a time; past it the oldest is not answered any more.
  static let waitingKept = 1_024
  /// Mutes kept, those that end last.
  static let mutesKept = 16_384
  /// Names kept of people in the room.
  static let namesKept = 16_384

  /// Oldest first.
  package private(set) var items: [Item] = []
  /// Oldest first.
  package private(set) var waiting: [Waiting] = []
  /// Replies that began and did not end, oldest first.
  package private(set) var openReplies: [Int64] = []
  /// Offset of the last `reply.started`; −1 when there was none.
  package private(set) var lastReplyStart: Int64 = -1
  /// Offset of the room's last event that counted here.
  package private(set) var lastOffset: Int64 = -1
  private var names: [ParticipantID: String] = [:]
  /// Until when people are muted, ms since 1970.
  private var mutes: [ParticipantID: Int64] = [:]
  private var scalars = 0

  package init() {}

  /// Whether nobody is in the room and nothing is under way.
  package var isQuiet: Bool { names.isEmpty && waiting.isEmpty && openReplies.isEmpty }

  /// Takes one event, `time` in milliseconds since 1970.
  package mutating func apply(_ event: Event, offset: Int64, time: Int64) {
    lastOffset = offset
    switch event {
    case .participantJoined(let by, let name, _, _), .participantRenamed(let by, let name):
      if names[by] != nil || names.count < Self.namesKept { names[by] = name }
    case .participantLeft(let by, _): names[by] = nil
    case .messageSent(let author, _, let text): take(message: text, author, offset, time)
    case .replyStarted(let start): take(start, offset)
    case .replyChunk(_, let reply, let text): append(text, to: reply)
    case .replyFinished(let finish): openReplies.removeAll { $0 == finish.reply }
    case .replyRefused(let refusal): settle(refusal.to)
    case .messageHidden(_, let hidden, _): hide(hidden)
    case .participantMuted(_, let participant, let until, _): mute(participant, until: until)
    default: break
    }
    forgetOldest()
  }

  /// After a start of the server: of the messages that wait, only those that are behind the last
  /// reply's start and younger than `youngerThan` milliseconds at `now` are still answered.
  package mutating func resume(now: Int64, youngerThan age: Int64) {
    waiting.removeAll { $0.offset < lastReplyStart || now - $0.time >= age }
  }

  /// Passes over these messages without a word.
  package mutating func settle(_ messages: [Int64]) {
    let settled = Set(messages)
    waiting.removeAll { settled.contains($0.offset) }
  }

  package mutating func settleAll() { waiting.removeAll() }

  /// Messages that wait, of people who are muted at `now`: nobody answers them.
  package func mutedWaiting(now: Int64) -> [Int64] {
    guard !mutes.isEmpty else { return [] }
    return waiting.filter { mutes[$0.by, default: 0] > now }.map(\.offset)
  }

  private mutating func mute(_ participant: ParticipantID, until: Int64) {
    mutes[participant] = until > 0 ? until : nil
    guard mutes.count > Self.mutesKept else { return }
    let soonest = mutes.min { $0.value < $1.value }
    if let soonest { mutes[soonest.key] = nil }
  }

  private mutating func take(
    message text: String, _ author: Author, _ offset: Int64, _ time: Int64
  ) {
    guard author.by.isPerson else { return }
    items.append(
      Item(offset: offset, speaker: .person(name: names[author.by] ?? ""), text: text))
    scalars += text.scalarCount
    guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else { return }
    waiting.append(Waiting(offset: offset, time: time, by: author.by))
    if waiting.count > Self.waitingKept { waiting.removeFirst() }
  }

  private mutating func take(_ start: ReplyStart, _ offset: Int64) {
    lastReplyStart = offset
    openReplies.append(offset)
    items.append(Item(offset: offset, speaker: .companion, text: ""))
    settle(start.to)
  }

  private mutating func append(_ text: String, to reply: Int64) {
    guard openReplies.contains(reply),
      let index = items.lastIndex(where: { $0.offset == reply && $0.speaker == .companion })
    else { return }
    guard !items[index].isHidden else { return }
    items[index].text += text
    scalars += text.scalarCount
  }

  private mutating func hide(_ offset: Int64) {
    waiting.removeAll { $0.offset == offset }
    guard let index = items.lastIndex(where: { $0.offset == offset }) else { return }
    scalars -= items[index].text.scalarCount
    items[index].text = ""
    items[index].isHidden = true
  }

  private mutating func forgetOldest() {
    while items.count > 1, items.count > Self.itemsKept || scalars > Self.scalarsKept,
      !openReplies.contains(items[0].offset)
    {
      scalars -= items.removeFirst().text.scalarCount
    }
  }
}
