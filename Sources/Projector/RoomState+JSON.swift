package import Chat

/// How a state is written for people and programs outside: the digest's fields first, then others.
package struct PublicForm: Sendable {
  /// Times are floored to this many ms: keystroke rhythm identifies people.
  package var timeGrain: Int64
  /// Whether hidden items keep their words (auditors only).
  package var showsHidden: Bool
  /// What was hidden behind the state that is written, as seen from the log's end.
  package var mask: RoomMask?

  package init(timeGrain: Int64 = 100, showsHidden: Bool = false) {
    self.timeGrain = timeGrain
    self.showsHidden = showsHidden
  }

  package func floored(_ time: Int64) -> Int64 { time - time % timeGrain }

  /// The same form for a room of which this is hidden by now.
  package func masked(by mask: RoomMask?) -> PublicForm {
    var form = self
    form.mask = mask
    return form
  }

  /// The mark that stands for an item's words; nil: they are shown.
  package func mark(of item: Item) -> HiddenMark? {
    showsHidden ? nil : item.hidden ?? mask?.marks[item.offset]
  }

  /// The same of a reply that is open in `state`.
  func mark(of reply: OpenReply, in state: RoomState) -> HiddenMark? {
    showsHidden ? nil : state.hidden[reply.offset] ?? mask?.marks[reply.offset]
  }

  /// The same of a draft that is open in `state`.
  func mark(of open: SessionState, in state: RoomState) -> HiddenMark? {
    guard !showsHidden, let mask else { return nil }
    let draft = DraftKey(by: open.by, session: open.session, draft: open.draft)
    return mask.mark(of: draft, at: state.lastOffset)
  }
}

extension RoomState {
  /// The newest settled items, at most `count` and about `bytes` of JSON, oldest first.
  package func newestItems(_ count: Int, bytes: Int = .max) -> ArraySlice<Item> {
    var start = items.endIndex
    var size = 0
    while start > items.startIndex, items.endIndex - start < count {
      size += items[start - 1].text.utf8.count + 160
      if size > bytes, start < items.endIndex { break }
      start -= 1
    }
    return items[start...]
  }

  /// Up to `limit` items that settled before the item of this offset, oldest first, and whether
  /// there are more; nil when that item is not among those in memory.
  ///
  /// Items stand in the order in which they settled: a reply has the offset of its start, which may
  /// lie before that of a message above it.
  package func items(before offset: Int64, limit: Int) -> (items: ArraySlice<Item>, more: Bool)? {
    guard let end = items.lastIndex(where: { $0.offset == offset }) else { return nil }
    let start = max(items.startIndex, end - limit)
    return (items[start..<end], start > items.startIndex || total > Int64(items.count))
  }
}

extension JSONWriter {
  /// Writes `"items":[…],"drafts":[…],"replies":[…],"participants":[…]`.
  package mutating func stateFields(
    _ state: RoomState, items: ArraySlice<Item>, form: PublicForm
  ) {
    field("items", items, form: form)
    key("drafts")
    beginArray()
    for var open in state.openDrafts {
      let mark = form.mark(of: open, in: state)
      if mark != nil { open.text = DraftText() }
      beginObject()
      draftFields(open)
      field("typing", open.isTyping)
      if let mark { field("hidden", mark.reason) }
      endObject()
    }
    endArray()
    key("replies")
    beginArray()
    for var reply in state.replies {
      let mark = form.mark(of: reply, in: state)
      if mark != nil { reply.text = DraftText() }
      beginObject()
      replyFields(reply)
      startFields(reply.start)
      if let mark { field("hidden", mark.reason) }
      endObject()
    }
    endArray()
    key("participants")
    beginArray()
    for (by, person) in state.present {
      beginObject()
      field("by", by)
      field("name", person.name)
      field("visibility", person.visibility.rawValue)
      field("joined", person.joined)
      endObject()
    }
    endArray()
  }

  /// Writes `"name":[…]` of settled items.
  package mutating func field(
    _ name: StaticString, _ items: ArraySlice<Item>, form: PublicForm
  ) {
    key(name)
    beginArray()
    for item in items { self.item(item, form: form) }
    endArray()
  }

  /// One settled item; a hidden one is `{offset, by, hidden: reason}` to the public.
  package mutating func item(_ item: Item, form: PublicForm) {
    beginObject()
    if let hidden = form.mark(of: item) {
      field("offset", item.offset)
      field("by", item.by)
      field("hidden", hidden.reason)
      field("name", item.name)
      field("time", form.floored(item.time))
    } else {
      itemFields(item)
      field("time", form.floored(item.time))
      if let reply = item.reply {
        startFields(reply.start)
        if let error = reply.error { failure(error) }
      }
      if let hidden = item.hidden { field("hidden", hidden.reason) }
    }
    endObject()
  }

  private mutating func startFields(_ start: ReplyStart) {
    field("provider", start.provider)
    field("model", start.model)
    key("to")
    offsets(start.to)
    key("context")
    offsets([start.context.lowerBound, start.context.upperBound])
    sources(start.sources)
  }
}
