internal import Chat
package import Projector

/// One thing that is not the same in two states of a room.
package struct Change: Equatable, Sendable {
  package enum Kind: String, Sendable {
    case message, reply, hidden, draft, answer, participant, mode, history
  }

  package let kind: Kind
  /// Where in the log it comes from, as near as the states tell; −1: they do not.
  package let offset: Int64
  /// Whose it is; nil: the room's.
  package let by: String?
  /// What it was; nil: it was not there.
  package let before: String?
  /// What it is; nil: it is gone.
  package let after: String?

  /// One line: `+ 41 message by Ada: hello`, `- …`, `~ …: "before" is now "after"`.
  package var line: String {
    let place = offset >= 0 ? "\(offset) " : ""
    let whose = by.map { " by \($0)" } ?? ""
    let head = "\(place)\(kind.rawValue)\(kind == .participant ? by.map { " \($0)" } ?? "" : whose)"
    switch (before, after) {
    case (let before?, let after?): return "~ \(head): \(before) → \(after)"
    case (let before?, nil): return "- \(head): \(before)"
    case (nil, let after?): return "+ \(head): \(after)"
    case (nil, nil): return "~ \(head)"
    }
  }

  func encode(_ json: inout JSONWriter) {
    json.field("kind", kind.rawValue)
    if offset >= 0 { json.field("offset", offset) }
    if let by { json.field("by", by) }
    if let before { json.field("before", before) }
    if let after { json.field("after", after) }
  }
}

extension RoomState {
  /// What is different in `later`, by kind and then in the log's order; empty: nothing that can be
  /// seen is.
  package func changes(to later: RoomState) -> [Change] {
    itemChanges(to: later) + hiddenChanges(to: later) + peopleChanges(to: later)
      + draftChanges(to: later) + answerChanges(to: later) + modeChange(to: later)
  }

  private func itemChanges(to later: RoomState) -> [Change] {
    // Items are counted from the room's beginning; what one of the two has let go is not compared.
    let horizon = max(firstKept, later.firstKept)
    let (old, new) = (byOffset(from: horizon), later.byOffset(from: horizon))
    let changes = Set(old.keys).union(new.keys).sorted().compactMap { offset in
      let (before, after) = (old[offset], new[offset])
      return before?.digestFields == after?.digestFields ? nil : Change(before, after)
    }
    // Something settled that neither keeps any more.
    guard changes.isEmpty, hidden == later.hidden, chain != later.chain, total == later.total else {
      return changes
    }
    return [Change(kind: .history, offset: -1, by: nil, before: nil, after: nil)]
  }

  /// How many items were settled before the oldest that is kept.
  private var firstKept: Int64 { total - Int64(items.count) }

  /// Items of `later` that settled behind this state and are not kept there any more.
  package func itemsLetGo(until later: RoomState) -> Int64 { max(0, later.firstKept - total) }

  private func byOffset(from index: Int64) -> [Int64: Item] {
    Dictionary(items.dropFirst(Int(clamping: index - firstKept)).map { ($0.offset, $0) }) { $1 }
  }

  private func hiddenChanges(to later: RoomState) -> [Change] {
    var changes: [Change] = []
    for item in Set(hidden.keys).union(later.hidden.keys).sorted() {
      let (before, after) = (hidden[item], later.hidden[item])
      guard before != after else { continue }
      changes.append(
        Change(
          kind: .hidden, offset: after?.offset ?? before?.offset ?? -1, by: nil,
          before: before.map { "\(item) (\($0.reason))" },
          after: after.map { "\(item) (\($0.reason))" }))
    }
    return changes
  }

  private func peopleChanges(to later: RoomState) -> [Change] {
    let (old, new) = (words(ofPeopleIn: self), words(ofPeopleIn: later))
    return Set(old.keys).union(new.keys).sorted().compactMap { by in
      guard old[by] != new[by] else { return nil }
      let joined = later.people[by]?.joined ?? people[by]?.joined ?? -1
      let isNew = people[by]?.joined != joined
      return Change(
        kind: .participant, offset: isNew ? joined : -1, by: by.description, before: old[by],
        after: new[by])
    }
  }

  private func words(ofPeopleIn state: RoomState) -> [ParticipantID: String] {
    Dictionary(
      state.present.map { by, person in
        (by, "\(Self.quoted(person.name)) (\(person.visibility.rawValue))")
      }
    ) { $1 }
  }

  private func modeChange(to later: RoomState) -> [Change] {
    guard mode != later.mode || everyMilliseconds != later.everyMilliseconds else { return [] }
    func words(_ state: RoomState) -> String {
      state.mode == .slow
        ? "slow (every \(state.everyMilliseconds) ms)" : state.mode.rawValue
    }
    return [
      Change(kind: .mode, offset: -1, by: nil, before: words(self), after: words(later))
    ]
  }

  static func quoted(_ text: String) -> String { "\"\(text)\"" }
}

extension RoomState {
  private struct Open: Hashable {
    let by: ParticipantID
    let session: SessionID
    let draft: Int64
  }

  private func draftChanges(to later: RoomState) -> [Change] {
    func open(_ state: RoomState) -> [Open: SessionState] {
      Dictionary(
        state.openDrafts.map { (Open(by: $0.by, session: $0.session, draft: $0.draft), $0) }
      ) { $1 }
    }
    let (old, new) = (open(self), open(later))
    let drafts = Set(old.keys).union(new.keys).sorted {
      ($0.by, $0.session, $0.draft) < ($1.by, $1.session, $1.draft)
    }
    return drafts.compactMap { draft in
      let (before, after) = (old[draft], new[draft])
      guard before?.text != after?.text else { return nil }
      let offset = (after ?? before)?.seqOffset ?? -1
      return Change(
        kind: .draft, offset: after == nil ? -1 : offset,
        by: "\(later.name(of: draft.by)) (\(draft.by))",
        before: (before?.text.string).map(Self.quoted), after: (after?.text.string).map(Self.quoted)
      )
    }
  }

  private func answerChanges(to later: RoomState) -> [Change] {
    let offsets = Set(replies.map(\.offset)).union(later.replies.map(\.offset)).sorted()
    return offsets.compactMap { offset in
      let (before, after) = (openReply(offset), later.openReply(offset))
      guard before?.text != after?.text || (before == nil) != (after == nil) else { return nil }
      let by = (after ?? before)?.start.by
      return Change(
        kind: .answer, offset: offset, by: by.map { later.name(of: $0) },
        before: (before?.text.string).map(Self.quoted), after: (after?.text.string).map(Self.quoted)
      )
    }
  }
}

extension Change {
  fileprivate init(_ before: Item?, _ after: Item?) {
    let item = after ?? before
    self.init(
      kind: item?.reply == nil ? .message : .reply, offset: item?.offset ?? -1,
      by: item.map { "\($0.name) (\($0.by))" }, before: before?.words(beside: after),
      after: after?.words(beside: before))
  }
}

extension Item {
  /// What the digest is made of.
  fileprivate var digestFields: [String] {
    [by.description, name, text, reply?.finish.rawValue ?? ""]
  }

  /// The text, and what else of it differs from the other.
  fileprivate func words(beside other: Item?) -> String {
    var words = RoomState.quoted(text)
    if let other, other.by != by { words += " by \(by)" }
    if let other, other.name != name { words += " named \(RoomState.quoted(name))" }
    if let finish = reply?.finish, other == nil || other?.reply?.finish != finish {
      words += " [\(finish.rawValue)]"
    }
    return words
  }
}
