package import Chat

/// What one room's events mean, up to some offset: a fold, total and deterministic.
///
/// Live servers, replay and admission use this one type, so that what is shown, what is proven and
/// what is decided cannot differ.
package struct RoomState: Sendable, Equatable {
  /// The newest settled items, oldest first; at most ``Limits/roomItems`` of `total`.
  package internal(set) var items: [Item] = []
  /// Items settled since the room began.
  package internal(set) var total: Int64 = 0
  /// Hash chain over every settled item; see ``digest``.
  package internal(set) var chain = [UInt8](repeating: 0, count: 32)
  package internal(set) var people: [ParticipantID: Person] = [:]
  package internal(set) var replies: [OpenReply] = []
  /// The model's turns here.
  package internal(set) var ledger = ReplyLedger()
  package internal(set) var mode = RoomMode.open
  /// Milliseconds between messages in `slow` mode.
  package internal(set) var everyMilliseconds: Int64 = 0
  /// The room's newest event; −1: none.
  package internal(set) var lastOffset: Int64 = -1
  package internal(set) var lastTime: Int64 = 0
  /// UTF-8 bytes of all open drafts.
  package internal(set) var openDraftBytes = 0
  /// Hidden items by offset, also those older than `items`.
  package internal(set) var hidden: [Int64: HiddenMark] = [:]
  /// The drafts that became hidden messages, each with its message's offset, as far as the items
  /// were still here: their edits are hidden too; see ``RoomMask``.
  package internal(set) var hiddenDrafts: [DraftKey: Int64] = [:]
  /// The newest `message.hidden`; −1: none.
  package var lastHiding: Int64 { hidden.values.reduce(-1) { max($0, $1.offset) } }
  /// Events that folded as nothing: unknown, malformed, or against the state.
  package internal(set) var ignored: Int64 = 0

  /// Who a resume token (its hash, as in `participant.joined`) belongs to.
  var tokens: [String: ParticipantID] = [:]
  var sessions: [SessionState] = []
  var sessionIndex: [SessionKey: Int] = [:]
  private var hints = SlotHints()

  package init() {}

  package func session(_ key: SessionKey) -> SessionState? {
    sessionIndex[key].map { sessions[$0] }
  }

  /// All that decides whether a session may edit, but its text, so that holding it copies none.
  ///
  /// A session that is not known here has numbers of 0.
  package struct Standing: Sendable {
    package var seq: Int64 = 0
    package var draft: Int64 = 0
    package var isOpen = false
    package var isTyping = false
    /// Unicode scalars in the open draft.
    package var scalars = 0
    package var visibility: Visibility?
    package let mode: RoomMode
    package let openDraftBytes: Int
    package fileprivate(set) var mutedUntil: Int64
  }

  package func standing(_ key: SessionKey) -> Standing {
    withUnsafePointer(to: self) { Self.standing(key, in: $0) }
  }

  /// Field by field where the state lies: a copy of the whole would count a dozen references up and
  /// down, for every edit.
  static func standing(_ key: SessionKey, in state: UnsafePointer<Self>) -> Standing {
    var standing = Standing(
      mode: state.pointee.mode, openDraftBytes: state.pointee.openDraftBytes, mutedUntil: 0)
    if let person = state.pointee.people.index(forKey: key.by) {
      standing.mutedUntil = state.pointee.people.values[person].mutedUntil
      standing.visibility = state.pointee.people.values[person].visibility
    }
    guard let index = state.pointee.sessionIndex[key] else { return standing }
    standing.seq = state.pointee.sessions[index].seq
    standing.draft = state.pointee.sessions[index].draft
    standing.isOpen = state.pointee.sessions[index].isOpen
    standing.isTyping = state.pointee.sessions[index].isTyping
    standing.scalars = state.pointee.sessions[index].text.scalars
    if let own = state.pointee.sessions[index].visibility { standing.visibility = own }
    return standing
  }

  static func numbered(
    _ key: SessionKey, in state: UnsafePointer<Self>
  ) -> (seq: Int64, offset: Int64)? {
    state.pointee.sessionIndex[key].map {
      (state.pointee.sessions[$0].seq, state.pointee.sessions[$0].seqOffset)
    }
  }

  /// Open drafts, sorted by author and session.
  package var openDrafts: [SessionState] {
    sessions.filter(\.isOpen).sorted { ($0.by, $0.session) < ($1.by, $1.session) }
  }

  /// Participants who are here, sorted by identifier.
  package var present: [(by: ParticipantID, person: Person)] {
    people.filter(\.value.isPresent).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Whose resume token has this hash (base64url of its SHA-256).
  package func participant(token hash: String) -> ParticipantID? { tokens[hash] }

  /// Sessions of a participant that have an open draft.
  package func openSessions(of by: ParticipantID) -> [SessionState] {
    (people[by]?.sessions ?? []).compactMap { session(SessionKey(by, $0)) }.filter(\.isOpen)
  }

  package func openReply(_ offset: Int64) -> OpenReply? {
    replies.first { $0.offset == offset }
  }

  /// The name an author goes by now.
  package func name(of id: ParticipantID) -> String {
    switch id {
    case .companion: "Companion"
    case .server: "Server"
    case .operator: "Operator"
    default: people[id]?.name ?? ""
    }
  }
}

extension RoomState {
  /// The index of a session's state, made on first use.
  @inline(__always)
  mutating func sessionSlot(_ key: SessionKey) -> Int {
    let hint = hints[key]
    if hint < sessions.count, sessions[hint].by.packed == key.by.packed,
      sessions[hint].session.packed == key.session.packed
    {
      return hint
    }
    return searchedSlot(key)
  }

  /// Whether an edit continues its session's open draft, in number and inside its bounds.
  ///
  /// Then nothing can be said against it; `false` says only to look closer.
  package func isContinued(by edit: EditView, inserting scalars: Int) -> Bool {
    let hint = hints[SessionKey(edit.author.by, edit.author.session)]
    guard hint < sessions.count, scalars <= Limits.insertScalars else { return false }
    return sessions.withUnsafeBufferPointer { sessions in
      let length = sessions[hint].text.scalars
      return sessions[hint].by.packed == edit.author.by.packed
        && sessions[hint].session.packed == edit.author.session.packed
        && sessions[hint].seq + 1 == edit.author.seq && sessions[hint].isOpen
        && sessions[hint].draft == edit.draft && edit.at <= length
        && edit.del <= length - edit.at
        && length - edit.del + scalars <= Limits.messageScalars
    }
  }

  private mutating func searchedSlot(_ key: SessionKey) -> Int {
    let index = sessionIndex[key] ?? addSession(key)
    hints[key] = index
    return index
  }

  private mutating func addSession(_ key: SessionKey) -> Int {
    let index = sessions.count
    sessions.append(SessionState(by: key.by, session: key.session))
    sessionIndex[key] = index
    people[key.by]?.sessions.append(key.session)
    forgetSessions(of: key.by)
    return sessionIndex[key] ?? index
  }

  /// Keeps of a participant's sessions those with an open draft and the newest others.
  private mutating func forgetSessions(of by: ParticipantID) {
    guard var known = people[by]?.sessions, known.count > Self.sessionsPerPerson else { return }
    guard
      let oldest = known.firstIndex(where: { id in
        session(SessionKey(by, id)).map { !$0.isOpen } ?? true
      })
    else { return }
    removeSession(SessionKey(by, known.remove(at: oldest)))
    people[by]?.sessions = known
  }

  /// Connected sessions and the 16 that left last are kept; a participant has at most 32 connected.
  static let sessionsPerPerson = 32 + Limits.sessionsRemembered

  mutating func removeSession(_ key: SessionKey) {
    guard let index = sessionIndex.removeValue(forKey: key) else { return }
    closeDraft(at: index)
    let last = sessions.count - 1
    if index != last {
      sessions[index] = sessions[last]
      sessionIndex[SessionKey(sessions[index].by, sessions[index].session)] = index
    }
    sessions.removeLast()
  }

  mutating func closeDraft(at index: Int) {
    openDraftBytes -= sessions[index].text.utf8.count
    sessions[index].closeDraft()
  }
}
