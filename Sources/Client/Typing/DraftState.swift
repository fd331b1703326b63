package import Chat

/// One draft of a session, followed event by event: its number, whether it is open, its text.
struct DraftState {
  /// The last draft number used.
  var number: Int64 = 0
  var isOpen = false
  var text = DraftText()

  mutating func apply(_ event: Pending) {
    if case .visibility = event.content { return }
    if event.draft != number { close() }
    number = event.draft
    switch event.content {
    case .edit(let edit):
      isOpen = true
      text.replace(at: edit.at, del: edit.del, with: edit.ins)
    case .send, .discard: close()
    case .visibility: break
    }
  }

  mutating func close() {
    isOpen = false
    text = DraftText()
  }
}

/// A numbered event that is not known to be durable.
package struct Pending: Equatable, Sendable {
  package var seq: Int64
  package var draft: Int64
  package var content: Content
  /// Milliseconds since the session began.
  package var t: Int64
  /// Whether it went out before, on any connection.
  package var wasWritten = false

  package enum Content: Equatable, Sendable {
    case edit(Edit)
    /// `text` is what the message says; it goes out only when nobody `saw` the draft. `tag` is
    /// the caller's name for the message and follows it through every renumbering.
    case send(text: String, saw: Bool, tag: Int)
    case discard
    /// What is shown from here on; of no draft.
    case visibility(Visibility)
  }

  /// What the client says.
  package var message: ClientMessage {
    switch content {
    case .edit(let edit): .edit(seq: seq, draft: draft, edit, t: t)
    case .send(let text, let saw, _): .send(seq: seq, draft: draft, text: saw ? nil : text)
    case .discard: .discard(seq: seq, draft: draft)
    case .visibility(let visibility): .visibility(seq: seq, visibility)
    }
  }

  /// What the log says once it is durable.
  package func event(by author: Author) -> Event {
    switch content {
    case .edit(let edit): .draftEdited(author, draft: draft, edit)
    case .send(let text, _, _): .messageSent(author, draft: draft, text: text)
    case .discard: .draftDiscarded(author, draft: draft)
    case .visibility(let visibility): .visibilityChanged(author, visibility: visibility)
    }
  }
}

/// First in, first out, with a mark between what went out on this connection and what did not.
struct PendingQueue {
  private var storage: [Pending] = []
  private var head = 0
  /// How many of the oldest went out on this connection.
  private(set) var written = 0

  /// Acknowledged entries that may lie before the head until they are cut off.
  private static let slack = 1_024

  var count: Int { storage.count - head }
  var isEmpty: Bool { count == 0 }
  var first: Pending? { isEmpty ? nil : storage[head] }
  var elements: ArraySlice<Pending> { storage[head...] }

  mutating func append(_ event: Pending) { storage.append(event) }

  mutating func removeFirst() -> Pending {
    let event = storage[head]
    head += 1
    written = max(0, written - 1)
    if head == storage.count {
      storage.removeAll(keepingCapacity: true)
      head = 0
    } else if head > Self.slack, head * 2 > storage.count {
      storage.removeFirst(head)
      head = 0
    }
    return event
  }

  /// Takes away everything from `seq` on.
  mutating func removeAll(from seq: Int64) -> [Pending] {
    let start = storage[head...].firstIndex { $0.seq >= seq } ?? storage.count
    let tail = Array(storage[start...])
    storage.removeSubrange(start...)
    written = min(written, count)
    return tail
  }

  /// Everything from `seq` on is to go out again.
  mutating func rewind(to seq: Int64 = 0) {
    let start = storage[head...].firstIndex { $0.seq >= seq } ?? storage.count
    written = min(written, start - head)
  }

  /// The next event to go out, marked as written; nil when all went out.
  mutating func nextToWrite() -> (event: Pending, again: Bool)? {
    guard written < count else { return nil }
    let event = storage[head + written]
    storage[head + written].wasWritten = true
    written += 1
    return (event, event.wasWritten)
  }
}
