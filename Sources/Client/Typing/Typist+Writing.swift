internal import Chat

extension Typist {
  /// Nanoseconds between two `typing` of a draft nobody sees.
  static let typingInterval: Int64 = 1_000_000_000

  /// A key is pressed, `t` milliseconds after the session began.
  ///
  /// An edit outside the draft, or the end of a draft that was never begun, changes nothing.
  package mutating func type(_ key: Keystroke, t: Int64, at now: Int64) -> [TypistAction] {
    guard !link.isOver else { return [] }
    if pending.isEmpty, link.isOpen { progressAt = max(progressAt, now) }
    elapsed = max(elapsed, t)
    switch key {
    case .edit(let edit):
      guard local.text.replace(at: edit.at, del: edit.del, with: edit.ins) else { return [] }
      if !local.isOpen {
        local.isOpen = true
        local.number += 1
      }
      if isHidden { return sayTyping(at: now) }
      append(.edit(edit))
    case .send(let tag):
      guard local.isOpen else { return [] }
      append(.send(text: local.text.string, saw: !isHidden, tag: tag))
      local.close()
    case .discard:
      guard local.isOpen else { return [] }
      if !isHidden { append(.discard) }
      local.close()
    }
    return flush(at: now)
  }

  private mutating func append(_ content: Pending.Content) {
    pending.append(Pending(seq: nextSeq, draft: local.number, content: content, t: elapsed))
    nextSeq += 1
  }

  private mutating func sayTyping(at now: Int64) -> [TypistAction] {
    guard link.isOpen, now - (typingSaidAt ?? .min / 2) >= Self.typingInterval else { return [] }
    typingSaidAt = now
    return [.say(.typing(draft: local.number))]
  }

  /// Writes whatever has not gone out on this connection, unless the server asked to wait.
  mutating func flush(at now: Int64) -> [TypistAction] {
    guard link.isOpen, holdUntil == nil else { return [] }
    var actions: [TypistAction] = []
    while let (event, again) = pending.nextToWrite() {
      guard let author = author(event.seq) else { break }
      if again {
        resent += 1
      } else if case .edit = event.content {
        returns.wrote(event.seq, at: now)
      }
      actions.append(.write(author, event, again: again))
    }
    return actions
  }

  /// Everything up to `seq` is durable.
  mutating func acknowledge(through seq: Int64, offset: Int64?, at now: Int64) -> [TypistAction] {
    guard seq > acknowledgedSeq, let author = author(seq) else { return [] }
    let first = acknowledgedSeq + 1
    while let event = pending.first, event.seq <= seq {
      settled.apply(pending.removeFirst())
    }
    acknowledgedSeq = seq
    acknowledgedOffset = offset
    progressAt = now
    refused = (0, 0)
    return [.acknowledged(author, first: first, offset: offset)]
  }

  /// Takes another session: everything that is not durable gets new numbers from 1 on.
  mutating func renew() -> [TypistAction] {
    let old = author(acknowledgedSeq)
    session = SessionID(bits: UInt32(truncatingIfNeeded: random.next()))
    rewrite(from: acknowledgedSeq + 1, .newSession)
    return old.map { [.renewed(from: $0)] } ?? []
  }
}
