internal import Chat

extension Typist {
  /// Milliseconds to wait when the server is unavailable and does not say for how long.
  static let retryMilliseconds: Int64 = 250
  /// Nanoseconds before something refused is tried a second time; doubled each time.
  static let refusalDelay: Int64 = 100_000_000

  mutating func refuse(_ error: ServerError, at now: Int64) -> [TypistAction] {
    switch error.code {
    case "bad_token":
      guard token != nil else { return end(.refused("bad_token without a token")) }
      return comeAsSomebodyElse(at: now)
    case "session_unknown":
      let actions = renew()
      link.lost(at: now)
      return actions + [.disconnect]
    case "unavailable":
      pending.rewind()
      let delay = min(max(error.retryMilliseconds ?? Self.retryMilliseconds, 0), 3_600_000)
      holdUntil = now + delay * 1_000_000
      return []
    default: break
    }
    if case .greeting = link.phase {
      return end(.refused("\(error.code): \(error.message)"))
    }
    guard let expected = error.expected else { return [] }
    return goOn(from: expected, error, at: now)
  }

  /// The token is not good any more: a new identity, with the unsent text kept.
  private mutating func comeAsSomebodyElse(at now: Int64) -> [TypistAction] {
    token = nil
    position.forget()
    let actions = renew()
    by = nil
    link.greetsAgain(at: now)
    return actions + [.say(.hello(hello))]
  }

  private mutating func goOn(
    from expected: Int64, _ error: ServerError, at now: Int64
  ) -> [TypistAction] {
    guard expected > acknowledgedSeq, expected < nextSeq else {
      // It waits for what it had acknowledged, or for what was never written.
      let actions = renew()
      link.lost(at: now)
      return actions + [.disconnect]
    }
    refusals += 1
    if error.code == "filtered" { return giveUpWords(from: expected, at: now) }
    refused = (expected, refused.seq == expected ? refused.times + 1 : 1)
    guard refused.times <= Self.refusalsMost else {
      return end(.refused("\(error.code): \(error.message)"))
    }
    let jumped = error.seq ?? .max > expected
    let rewriting = jumped ? nil : rewriting(for: error, expected)
    if let rewriting {
      rewrite(from: expected, rewriting)
    } else {
      pending.rewind(to: expected)
    }
    if refused.times > 1 || !jumped && rewriting == nil {
      let asked = min(max(error.retryMilliseconds ?? 0, 0), 3_600_000) * 1_000_000
      holdUntil = now + max(Self.refusalDelay << Int64(refused.times - 1), asked)
      return []
    }
    return flush(at: now)
  }

  /// The server does not take a word in it.
  ///
  /// A message with one is given up; a draft is taken back, and nothing is shown from then on
  /// before it is sent.
  private mutating func giveUpWords(from expected: Int64, at now: Int64) -> [TypistAction] {
    var actions: [TypistAction] = []
    if let event = pending.elements.first(where: { $0.seq == expected }),
      case .send(_, _, let tag) = event.content, let author = author(expected)
    {
      actions.append(.filtered(author, tag: tag))
      filtered += 1
    }
    refused = (0, 0)
    rewrite(from: expected, .filtered)
    return actions + flush(at: now)
  }

  /// What has to change before the refused event can be taken; nil when the event is in order and
  /// the room may only not take it now.
  ///
  /// Then it goes out again unchanged, which is safe even if another copy of it is under way.
  private func rewriting(for error: ServerError, _ expected: Int64) -> Rewriting? {
    switch error.code {
    case "draft_closed": return .draftClosed
    case "not_visible": return .hidden
    default:
      var base = settled
      for event in pending.elements where event.seq < expected { base.apply(event) }
      guard base.isOpen, error.draft == base.number,
        let length = error.length.flatMap({ Int(exactly: $0) }), length != base.text.scalars
      else { return nil }
      return .refused(length: length)
    }
  }
}
