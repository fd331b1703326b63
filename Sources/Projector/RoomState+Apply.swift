package import Chat

extension RoomState {
  /// Folds one event of this room.
  ///
  /// Returns its author if it was a numbered event.
  @discardableResult
  package mutating func apply(
    _ value: UnsafeRawBufferPointer, offset: Int64, time: Int64
  ) -> Author? {
    apply(EditView(value), value, offset: offset, time: time)
  }

  /// The same, and faster for authors met before.
  mutating func apply(
    _ value: UnsafeRawBufferPointer, offset: Int64, time: Int64, memo: inout AuthorMemo
  ) -> Author? {
    apply(EditView(value, memo: &memo), value, offset: offset, time: time)
  }

  @inline(__always)
  private mutating func apply(
    _ edit: EditView?, _ value: UnsafeRawBufferPointer, offset: Int64, time: Int64
  ) -> Author? {
    lastOffset = offset
    lastTime = time
    if let edit {
      apply(edit, offset: offset, time: time)
      return edit.author
    }
    guard let event = try? Event.decode(value) else {
      ignored += 1
      return nil
    }
    return apply(event, offset: offset, time: time)
  }

  /// Folds an edit that was parsed before; `text` holds what it inserts.
  @inline(__always)
  mutating func apply(_ step: FoldBlock.Step, _ text: UnsafeRawBufferPointer) {
    lastOffset = step.offset
    lastTime = step.time
    let start = Int(step.start)
    applyEdit(
      Author(
        by: ParticipantID(person: step.by), session: SessionID(bits: step.session), seq: step.seq),
      draft: step.draft, at: Int(step.at), del: Int(step.del),
      ins: UnsafeRawBufferPointer(rebasing: text[start..<start + Int(step.count)]),
      offset: step.offset, time: step.time)
  }

  /// Passes over an event that is none this version knows.
  mutating func applyNothing(offset: Int64, time: Int64) {
    lastOffset = offset
    lastTime = time
    ignored += 1
  }

  /// Folds one decoded event.
  @discardableResult
  package mutating func apply(_ event: Event, offset: Int64, time: Int64) -> Author? {
    lastOffset = offset
    lastTime = time
    switch event {
    case .draftEdited(let author, let draft, let edit):
      var ins = edit.ins
      _ = ins.withUTF8 { bytes in
        applyEdit(
          author, draft: draft, at: edit.at, del: edit.del, ins: UnsafeRawBufferPointer(bytes),
          offset: offset, time: time)
      }
      return author
    case .draftDiscarded(let author, let draft):
      let index = number(author, offset: offset, time: time)
      endDraft(at: index, draft: draft)
      return author
    case .messageSent(let author, let draft, let text):
      let index = number(author, offset: offset, time: time)
      endDraft(at: index, draft: draft)
      people[author.by]?.lastSent = time
      ledger.apply(event, offset: offset, time: time)
      settle(
        Item(
          offset: offset, time: time, by: author.by, name: name(of: author.by), text: text,
          draft: DraftKey(by: author.by, session: author.session, draft: draft)))
      return author
    case .visibilityChanged(let author, let visibility):
      let index = number(author, offset: offset, time: time)
      sessions[index].visibility = visibility
      people[author.by]?.visibility = visibility
      return author
    case .typingStarted(let by, let session, let draft):
      startTyping(SessionKey(by, session), draft: draft, time: time)
    case .typingStopped(let by, let session, let draft, let reason):
      stopTyping(SessionKey(by, session), draft: draft, reason: reason)
    default: applyPresence(event, offset: offset, time: time)
    }
    return nil
  }

  /// Folds an edit into its session, whose slot it returns.
  @discardableResult
  mutating func applyEdit(
    _ author: Author, draft: Int64, at: Int, del: Int, ins: UnsafeRawBufferPointer,
    offset: Int64, time: Int64
  ) -> Int {
    let index = sessionSlot(SessionKey(author.by, author.session))
    let taken = sessions[index].take(
      seq: author.seq, offset: offset, draft: draft, at: at, del: del, ins: ins)
    openDraftBytes += taken.bytes
    if !taken.isFolded { ignored += 1 }
    return index
  }

  /// Notes a numbered event of a session; returns the session's slot.
  private mutating func number(_ author: Author, offset: Int64, time: Int64) -> Int {
    let index = sessionSlot(SessionKey(author.by, author.session))
    sessions[index].seq = author.seq
    sessions[index].seqOffset = offset
    return index
  }

  private mutating func endDraft(at index: Int, draft: Int64) {
    guard draft >= sessions[index].draft else { return }
    sessions[index].draft = draft
    closeDraft(at: index)
  }

  private mutating func startTyping(_ key: SessionKey, draft: Int64, time: Int64) {
    let index = sessionSlot(key)
    if draft > sessions[index].draft {
      closeDraft(at: index)
      sessions[index].draft = draft
      sessions[index].isOpen = true
    }
    guard draft == sessions[index].draft, sessions[index].isOpen else {
      ignored += 1
      return
    }
    sessions[index].isTyping = true
  }

  private mutating func stopTyping(_ key: SessionKey, draft: Int64, reason: StopReason) {
    guard let index = sessionIndex[key], draft == sessions[index].draft else { return }
    sessions[index].isTyping = false
    if reason == .left { closeDraft(at: index) }
  }

  mutating func settle(_ item: Item) {
    var item = item
    // A reply may be hidden while it is being written.
    if !hidden.isEmpty { item.hidden = hidden[item.offset] }
    extendChain(with: item.digestJSON)
    total += 1
    items.append(item)
    // Trimmed in one go now and then, so that settling stays constant time on average.
    if items.count >= Limits.roomItems * 2 { items.removeFirst(items.count - Limits.roomItems) }
  }
}

extension SessionState {
  mutating func closeDraft() {
    text = DraftText()
    isOpen = false
    hasEdits = false
    isTyping = false
  }

  /// Folds an edit: by how many bytes the open text grew, and whether it could be folded.
  ///
  /// One access for all of it: nine in ten events come here.
  fileprivate mutating func take(
    seq: Int64, offset: Int64, draft: Int64, at: Int, del: Int, ins: UnsafeRawBufferPointer
  ) -> (bytes: Int, isFolded: Bool) {
    self.seq = seq
    seqOffset = offset
    let before = text.utf8.count
    if draft > self.draft {
      closeDraft()
      isOpen = true
      self.draft = draft
    }
    guard draft == self.draft, isOpen, text.replace(at: at, del: del, with: ins) else {
      return (text.utf8.count - before, false)
    }
    hasEdits = true
    return (text.utf8.count - before, true)
  }
}
