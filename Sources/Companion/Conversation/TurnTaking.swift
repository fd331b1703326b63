package import Chat
internal import Projector

/// When the companion speaks, to which messages, and with which context: a pure function.
///
/// It answers every message that waits, all together, and says one thing at a time: while a reply
/// is open it listens. Who is muted gets no answer. It does not go on for long without a person
/// between, whoever writes to it, and never beyond its budgets.
package struct TurnTaking: Sendable {
  /// One turn of the companion.
  package struct Turn: Equatable, Sendable {
    /// Offsets of the messages it answers, rising.
    package let to: [Int64]
    /// First and last offset that are read for it.
    package let context: ClosedRange<Int64>
  }

  /// What is due.
  package enum Decision: Equatable, Sendable {
    case speak(Turn)
    case refuse(ReplyRefusal)
  }

  /// Replies in a row without a person between.
  package static let repliesInARow: Int64 = 4

  /// Words that introduce the model to its part.
  package var instructions: String
  /// Tokens of instructions, names and texts together, by ``TokenEstimate``.
  package var contextTokens: Int

  package init(instructions: String, contextTokens: Int) {
    precondition(
      TokenEstimate.tokens(in: instructions) + 2 * TokenEstimate.perTurn < contextTokens,
      "instructions leave no room for a conversation")
    self.instructions = instructions
    self.contextTokens = contextTokens
  }

  /// What is due at `now` (ms since 1970); nil while there is nothing to say or a reply is open.
  ///
  /// - Parameter underWay: replies of other rooms that are decided and not in the log yet.
  package func decision(
    in conversation: Conversation, budget: Budget, underWay: Int, now: Int64
  ) -> Decision? {
    guard conversation.openReplies.isEmpty else { return nil }
    let muted = conversation.mutedWaiting(now: now)
    if !muted.isEmpty {
      return .refuse(ReplyRefusal(by: .companion, to: muted, reason: .muted, scope: .room))
    }
    guard let turn = turn(in: conversation) else { return nil }
    guard conversation.ledger.repliesInARow < Self.repliesInARow else {
      return .refuse(
        ReplyRefusal(
          by: .companion, to: turn.to, reason: .depth, scope: .room, limit: Self.repliesInARow))
    }
    let excess = budget.excess(
      now: now, underWay: underWay, roomStarts: conversation.ledger.starts)
    guard let excess else { return .speak(turn) }
    return .refuse(
      ReplyRefusal(
        by: .companion, to: turn.to, reason: .budget, scope: excess.scope,
        limit: Int64(excess.limit), retryMilliseconds: excess.retryMilliseconds))
  }

  /// The turn that is due, whatever it costs; nil while there is nothing to say or a reply is open.
  package func turn(in conversation: Conversation) -> Turn? {
    guard conversation.openReplies.isEmpty, let last = conversation.waiting.last else { return nil }
    let read = reading(conversation, through: last.offset)
    guard let first = read.first?.offset else { return nil }
    return Turn(to: conversation.waiting.map(\.offset), context: first...last.offset)
  }

  /// What the model is asked at that turn; what was hidden since is left out.
  package func prompt(for turn: Turn, in conversation: Conversation) -> Prompt {
    let read = reading(conversation, through: turn.context.upperBound)
    return Prompt(
      instructions: instructions,
      turns: read.filter { turn.context.contains($0.offset) }.map(\.turn))
  }

  /// The newest items up to `last` that fit, oldest first.
  ///
  /// The one that would pass the bound is cut at its end when it is the only one, else left out.
  private func reading(
    _ conversation: Conversation, through last: Int64
  ) -> [(offset: Int64, turn: Prompt.Turn)] {
    var room = contextTokens - TokenEstimate.tokens(in: instructions) - TokenEstimate.perTurn
    var read: [(offset: Int64, turn: Prompt.Turn)] = []
    for item in conversation.items.reversed() where item.offset <= last && !item.text.isEmpty {
      let turn = Prompt.Turn(item)
      room -= TokenEstimate.perTurn
      let tokens = TokenEstimate.tokens(in: turn.text)
      guard tokens <= room else {
        if read.isEmpty, room > 0 {
          let fitting = TokenEstimate.prefix(of: turn.text, tokens: room)
          read.append((item.offset, Prompt.Turn(role: turn.role, text: fitting)))
        }
        break
      }
      room -= tokens
      read.append((item.offset, turn))
    }
    return read.reversed()
  }
}

extension Prompt.Turn {
  fileprivate init(_ item: Conversation.Item) {
    switch item.speaker {
    case .companion: self.init(role: .assistant, text: SpokenText.text(item.text))
    case .person(let name):
      self.init(
        role: .user,
        text: "\(SpokenText.text(SpokenText.name(name))): \(SpokenText.text(item.text))")
    }
  }
}
