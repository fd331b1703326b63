internal import Chat

/// When the companion speaks, to which messages, and with which context: a pure function.
///
/// It answers every message that waits, all together, and says one thing at a time: while a reply
/// is open it listens.
package struct TurnTaking: Sendable {
  /// One turn of the companion.
  package struct Turn: Equatable, Sendable {
    /// Offsets of the messages it answers, rising.
    package let to: [Int64]
    /// First and last offset that are read for it.
    package let context: ClosedRange<Int64>
  }

  /// Words that introduce the model to its part.
  package var instructions: String
  /// Unicode scalars of instructions, names and texts together.
  package var contextCharacters: Int

  package init(instructions: String, contextCharacters: Int) {
    precondition(
      instructions.scalarCount < contextCharacters, "instructions leave no room for a conversation")
    self.instructions = instructions
    self.contextCharacters = contextCharacters
  }

  /// The turn that is due; nil while there is nothing to say or a reply is open.
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
    var room = contextCharacters - instructions.scalarCount
    var read: [(offset: Int64, turn: Prompt.Turn)] = []
    for item in conversation.items.reversed() where item.offset <= last && !item.text.isEmpty {
      let turn = Prompt.Turn(item)
      guard turn.text.scalarCount <= room else {
        if read.isEmpty, room > 0 {
          read.append(
            (item.offset, Prompt.Turn(role: turn.role, text: turn.text.scalarPrefix(room))))
        }
        break
      }
      room -= turn.text.scalarCount
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
