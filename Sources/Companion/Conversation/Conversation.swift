package import Chat
package import Projector

/// What the companion knows of one room: the last items, the names, and what waits for an answer.
///
/// A fold over the room's events, total and deterministic: an event that makes no sense here
/// changes nothing. It is the companion's own and small, not the transcript.
package struct Conversation: Equatable, Sendable {
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

  /// Items kept; more than any context holds in practice.
  static let itemsKept = 256
  /// Unicode scalars of the items kept, beyond the newest one.
  static let scalarsKept = 32_000
  /// Mutes kept, those that end last.
  static let mutesKept = 16_384
  /// Names kept of people in the room.
  static let namesKept = 16_384

  /// Oldest first.
  package private(set) var items: [Item] = []
  /// Who waits, and how much was answered.
  package private(set) var ledger = ReplyLedger()
  /// Replies that began and did not end, oldest first.
  package private(set) var openReplies: [Int64] = []
  private var names: [ParticipantID: String] = [:]
  /// Until when people are muted, ms since 1970.
  private var mutes: [ParticipantID: Int64] = [:]
  private var scalars = 0

  package init() {}

  /// Oldest first.
  package var waiting: [ReplyLedger.Waiting] { ledger.waiting }

  /// Offset of the newest item; −1: none.
  package var lastOffset: Int64 { items.last?.offset ?? -1 }

  /// Whether nobody is in the room, nothing is under way, and no reply began after `time`.
  package func isQuiet(since time: Int64) -> Bool {
    names.isEmpty && waiting.isEmpty && openReplies.isEmpty
      && ledger.starts.last ?? .min <= time
  }

  /// Takes one event, `time` in milliseconds since 1970.
  package mutating func apply(_ event: Event, offset: Int64, time: Int64) {
    ledger.apply(event, offset: offset, time: time)
    switch event {
    case .participantJoined(let by, let name, _, _): call(by, name)
    case .participantRenamed(let by, let name): if names[by] != nil { names[by] = name }
    case .participantLeft(let by, _): names[by] = nil
    case .messageSent(let author, _, let text):
      guard Self.isHeard(author.by) else { break }
      add(Item(offset: offset, speaker: speaker(author.by), text: text))
    case .replyStarted:
      openReplies.append(offset)
      add(Item(offset: offset, speaker: .companion, text: ""))
    case .replyChunk(_, let reply, let text): append(text, to: reply)
    case .replyFinished(let finish): openReplies.removeAll { $0 == finish.reply }
    case .messageHidden(_, let hidden, _): hide(hidden)
    case .participantMuted(_, let participant, let until, _): mute(participant, until: until)
    default: break
    }
    forgetOldest()
  }

  /// After a start of the server: of the messages that wait, only those that are behind the last
  /// reply's start and younger than `youngerThan` milliseconds at `now` are still answered.
  package mutating func resume(now: Int64, youngerThan age: Int64) {
    ledger.resume(now: now, youngerThan: age)
  }

  /// Passes over these messages without a word.
  package mutating func settle(_ messages: [Int64]) { ledger.settle(messages) }

  package mutating func settleAll() { ledger.settleAll() }

  /// Messages that wait, of people who are muted at `now`: nobody answers them.
  package func mutedWaiting(now: Int64) -> [Int64] {
    guard !mutes.isEmpty else { return [] }
    return waiting.filter { mutes[$0.by, default: 0] > now }.map(\.offset)
  }

  /// Whose messages are read; the server's and the operator's acts are no conversation.
  private static func isHeard(_ by: ParticipantID) -> Bool { by.isPerson || by == .companion }

  private func speaker(_ by: ParticipantID) -> Item.Speaker {
    by == .companion ? .companion : .person(name: names[by] ?? "")
  }

  private mutating func call(_ by: ParticipantID, _ name: String) {
    if names[by] != nil || names.count < Self.namesKept { names[by] = name }
  }

  private mutating func mute(_ participant: ParticipantID, until: Int64) {
    mutes[participant] = until > 0 ? until : nil
    guard mutes.count > Self.mutesKept else { return }
    let soonest = mutes.min { $0.value < $1.value }
    if let soonest { mutes[soonest.key] = nil }
  }

  private mutating func add(_ item: Item) {
    items.append(item)
    scalars += item.text.scalarCount
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

extension Conversation {
  /// What the companion would know had it read all that made `state`.
  package init(_ state: RoomState) {
    ledger = state.ledger
    openReplies = state.replies.map(\.offset)
    for (by, person) in state.present { call(by, person.name) }
    for (by, person) in state.people where person.mutedUntil > 0 {
      mute(by, until: person.mutedUntil)
    }
    let heard = state.items.suffix(2 * Self.itemsKept).filter { Self.isHeard($0.by) }
    let settled = heard.map { item in
      var speaker = Item.Speaker.companion
      if item.reply == nil, item.by != .companion { speaker = .person(name: item.name) }
      return Item(
        offset: item.offset, speaker: speaker, text: item.hidden == nil ? item.text : "",
        isHidden: item.hidden != nil)
    }
    let open = state.replies.map { reply in
      let isHidden = state.hidden[reply.offset] != nil
      return Item(
        offset: reply.offset, speaker: .companion, text: isHidden ? "" : reply.text.string,
        isHidden: isHidden)
    }
    for item in (settled + open).sorted(by: { $0.offset < $1.offset }) { add(item) }
    forgetOldest()
  }
}
