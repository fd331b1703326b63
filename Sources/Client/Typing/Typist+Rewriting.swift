internal import Chat

extension Typist {
  /// Why events that were numbered get other contents or numbers.
  enum Rewriting: Equatable {
    /// The server refused the content; it has this many scalars in the draft, if it said so.
    case refused(length: Int?)
    /// The draft was closed under the typist; its text goes on in a new one.
    case draftClosed
    /// The room takes no edits any more.
    case hidden
    /// The server does not take a word of the first event.
    case filtered
    /// The server does not know the session.
    case newSession
  }

  /// One draft of the rewritten part: the text it comes to and how it ends.
  private struct Group {
    var number: Int64
    var text: DraftText
    /// Whether the server has this draft open.
    var isCarried = false
    /// Scalars the server should have in it.
    var carriedScalars = 0
    var isTouched = false
    /// Whether the first event rewritten is no edit, so that the draft itself is in order.
    var isIntact = false
    var ending: Pending.Content?
    var t: Int64 = 0
  }

  /// Puts other events in the place of the unacknowledged ones from `seq` on.
  ///
  /// Each draft becomes one replacing edit, each message goes out once. What the server has
  /// admitted before `seq` stays.
  mutating func rewrite(from seq: Int64, _ why: Rewriting) {
    var tail = pending.removeAll(from: seq)
    if why == .filtered, case .send? = tail.first?.content { tail.removeFirst() }
    var base = settled
    for event in pending.elements { base.apply(event) }
    if base.number <= closedDraft { base.close() }
    var groups = Self.groups(of: tail, on: base)
    returns.forget(from: seq)
    if why == .newSession {
      nextSeq = 1
      acknowledgedSeq = 0
      acknowledgedOffset = nil
      settled = DraftState()
      closedDraft = 0
      returns.forget()
    } else {
      nextSeq = seq
    }
    if why == .draftClosed { closedDraft = base.number }
    var hides = tail.contains { if case .visibility = $0.content { true } else { false } }
    if why == .filtered, !isHidden { hides = true }
    if why == .hidden || why == .filtered { isHidden = true }
    if hides { hide(&groups, why) }
    var number = why == .newSession ? 0 : base.number
    for group in groups { emit(group, why, &number) }
    renumberLocal(last: groups.last, number, why)
    pending.rewind(to: why == .newSession ? 0 : seq)
  }

  /// Says that nothing is shown from here on, behind the end of the draft that was.
  private mutating func hide(_ groups: inout [Group], _ why: Rewriting) {
    if let first = groups.first, first.isCarried, why != .draftClosed, why != .newSession {
      append(.discard, draft: first.number, t: first.t)
      groups[0].isCarried = false
    }
    append(.visibility(.send), draft: groups.first?.number ?? 0, t: elapsed)
  }

  private static func groups(of tail: [Pending], on base: DraftState) -> [Group] {
    var groups: [Group] = []
    if base.isOpen {
      var group = Group(number: base.number, text: base.text, isCarried: true)
      group.carriedScalars = base.text.scalars
      if let first = tail.first, first.draft == base.number {
        if case .edit = first.content {} else { group.isIntact = true }
      }
      groups.append(group)
    }
    for event in tail {
      if case .visibility = event.content { continue }
      if groups.last.map({ $0.ending != nil || $0.number != event.draft }) ?? true {
        groups.append(Group(number: event.draft, text: DraftText()))
      }
      let index = groups.count - 1
      groups[index].isTouched = true
      groups[index].t = event.t
      switch event.content {
      case .edit(let edit):
        groups[index].text.replace(at: edit.at, del: edit.del, with: edit.ins)
      case .send(let text, _, _):
        groups[index].text = DraftText(text)
        groups[index].ending = event.content
      case .discard: groups[index].ending = .discard
      case .visibility: break
      }
    }
    return groups
  }

  private mutating func emit(_ group: Group, _ why: Rewriting, _ number: inout Int64) {
    let stays = group.isCarried && why != .draftClosed && why != .newSession
    if isHidden {
      if stays { append(.discard, draft: group.number, t: group.t) }
      guard case .send(let text, _, let tag) = group.ending else { return }
      number += 1
      append(.send(text: text, saw: false, tag: tag), draft: number, t: group.t)
      return
    }
    if stays {
      guard group.isTouched else { return }
      if !group.isIntact {
        var length = group.carriedScalars
        if case .refused(let said?) = why { length = said }
        replace(draft: group.number, del: length, group.text, t: group.t)
      }
      if let ending = group.ending { append(ending, draft: group.number, t: group.t) }
      return
    }
    guard group.ending != .discard, group.ending != nil || !group.text.isEmpty else { return }
    number += 1
    replace(draft: number, del: 0, group.text, t: group.t)
    if let ending = group.ending { append(ending, draft: number, t: group.t) }
  }

  /// One edit that makes the draft `text`; several when it is longer than an edit may be.
  private mutating func replace(draft: Int64, del: Int, _ text: DraftText, t: Int64) {
    var rest = text.string.unicodeScalars[...]
    var at = 0
    repeat {
      let piece = rest.prefix(Limits.insertScalars)
      let gone = at == 0 ? del : 0
      if !piece.isEmpty || gone > 0 {
        let edit = Edit(at: at, del: gone, ins: String(piece), kind: .other)
        append(.edit(edit), draft: draft, t: t)
      }
      at += piece.count
      rest = rest.dropFirst(piece.count)
    } while !rest.isEmpty
  }

  private mutating func append(_ content: Pending.Content, draft: Int64, t: Int64) {
    pending.append(Pending(seq: nextSeq, draft: draft, content: content, t: t))
    nextSeq += 1
  }

  /// What is typed next goes on in the draft the rewritten events left open, if they did.
  private mutating func renumberLocal(last: Group?, _ number: Int64, _ why: Rewriting) {
    if isHidden {
      local.number = local.isOpen ? number + 1 : number
      return
    }
    guard let last, last.ending == nil else {
      local.number = number
      local.isOpen = false
      return
    }
    let stays = last.isCarried && why != .draftClosed && why != .newSession
    local.isOpen = stays || !last.text.isEmpty
    local.number = number
  }
}
