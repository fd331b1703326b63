/// What a model is asked: instructions of ours, then the conversation, oldest first.
package struct Prompt: Equatable, Sendable {
  package struct Turn: Equatable, Sendable {
    package enum Role: String, Sendable { case user, assistant }

    package let role: Role
    package let text: String
  }

  /// The operator's words alone; never a visitor's.
  package let instructions: String
  package let turns: [Turn]
}
