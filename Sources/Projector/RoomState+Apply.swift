package import Chat

extension RoomState {
  /// Folds one event of this room.
  ///
  /// Returns its author if it was a numbered event.
  @discardableResult
  package mutating func apply(
    _ value: UnsafeRawBufferPointer, offset: Int64, time: Int64
  ) -> Author? {
    lastOffset = offset
    lastTime = time
    if let edit = EditView(value) {
      applyEdit(
        edit.author, draft: edit.draft, at: edit.at, del: edit.del, ins: edit.ins, offset: offset,
        time: time)
      return edit.author
    }
    guard let event = try? Event.decode(value) else {
      ignored += 1
      return nil
    }
    return apply(event, offset: offset, time: time)
  }

  /// Folds one decoded event.
  @discardableResult
  package mutating func apply(_ event: Event, offset: Int64, time: Int64) -> Author? {
    lastOffset = offset
    lastTime = time
    switch event {
    case .draftEdited(let author, let draft, let edit):
      var ins = edit.ins
      ins.withUTF8 { bytes in
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

  mutating func applyEdit(
    _ author: Author, draft: Int64, at: Int, del: Int, ins: UnsafeRawBufferPointer,
    offset: Int64, time: Int64
  ) {
    let index = number(author, offset: offset, time: time)
    if draft > sessions[index].draft {
      closeDraft(at: index)
      sessions[index].draft = draft
      sessions[index].isOpen = true
    }
    guard draft == sessions[index].draft, sessions[index].isOpen else {
      ignored += 1
      return
    }
    let before = sessions[index].text.utf8.count
    guard sessions[index].text.replace(at: at, del: del, with: ins) else {
      ignored += 1
      return
    }
    sessions[index].hasEdits = true
    openDraftBytes += sessions[index].text.utf8.count - before
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
