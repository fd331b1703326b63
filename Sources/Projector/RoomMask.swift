package import Chat

/// What of a room the public reads no more: the hidden messages and replies, with every edit and
/// chunk that they were made of.
///
/// Immutable; made anew by each `message.hidden`. A room in which nothing is hidden has none.
package final class RoomMask: Sendable {
  /// What stands in the place of an event of a hidden message.
  package static let placeholder: StaticString = #"{"type":"hidden"}"#

  /// Hidden items by offset.
  package let marks: [Int64: HiddenMark]
  /// The drafts that became hidden messages, each with the message's offset: what the session says
  /// under the same number from there on, once it was forgotten, is another draft.
  private let drafts: [DraftKey: Int64]
  /// The hidden items that were looked up in the log.
  private let known: [Int64: DraftKey?]

  /// The mask of a room; nil when nothing in it is hidden.
  ///
  /// - Parameters:
  ///   - earlier: the room's mask before, so that nothing is looked up twice.
  ///   - lookUp: the draft of the message at an offset, from the log, for a message that the state
  ///     does not hold any more; nil: no message is there, as when it is a reply.
  package init?(
    of state: RoomState, after earlier: RoomMask? = nil, lookUp: (Int64) -> DraftKey?
  ) {
    guard !state.hidden.isEmpty else { return nil }
    var drafts = state.hiddenDrafts
    var known: [Int64: DraftKey?] = [:]
    let held = Set(drafts.values)
    for offset in state.hidden.keys where !held.contains(offset) {
      let draft: DraftKey?
      if let found = earlier?.known[offset] {
        draft = found
      } else {
        draft = state.openReply(offset) == nil ? lookUp(offset) : nil
      }
      known[offset] = .some(draft)
      if let draft { drafts[draft] = max(drafts[draft] ?? offset, offset) }
    }
    marks = state.hidden
    self.drafts = drafts
    self.known = known
  }

  /// The mask of a room with these marks, as the log's end has them; nil when there are none.
  ///
  /// - Parameter lookUp: as of ``init(of:after:lookUp:)``.
  package init?(marks: [Int64: HiddenMark], lookUp: (Int64) -> DraftKey?) {
    guard !marks.isEmpty else { return nil }
    var drafts: [DraftKey: Int64] = [:]
    for offset in marks.keys {
      guard let draft = lookUp(offset) else { continue }
      drafts[draft] = max(drafts[draft] ?? offset, offset)
    }
    self.marks = marks
    self.drafts = drafts
    known = [:]
  }

  /// Whether the public gets ``placeholder`` for this event of the room.
  package func hides(_ value: UnsafeRawBufferPointer, at offset: Int64) -> Bool {
    if let edit = EditView(value) { return hides(edit.author, draft: edit.draft, at: offset) }
    return (try? Event.decode(value)).map { hides($0, at: offset) } ?? false
  }

  /// The same for an event that was read already.
  package func hides(_ event: Event, at offset: Int64) -> Bool {
    switch event {
    case .draftEdited(let author, let draft, _): hides(author, draft: draft, at: offset)
    case .messageSent: marks[offset] != nil
    case .replyChunk(_, let reply, _): marks[reply] != nil
    default: false
    }
  }

  /// The same for an edit that was read already.
  package func hides(_ author: Author, draft: Int64, at offset: Int64) -> Bool {
    mark(of: DraftKey(by: author.by, session: author.session, draft: draft), at: offset) != nil
  }

  /// The mark on the message that a draft, open at `offset`, became; nil: it is not hidden.
  func mark(of draft: DraftKey, at offset: Int64) -> HiddenMark? {
    guard let message = drafts[draft], offset < message else { return nil }
    return marks[message]
  }
}
