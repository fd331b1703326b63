package import Chat

/// What a model says of one completion, in order; nothing follows `ended`.
package enum ModelEvent: Equatable, Sendable {
  /// A piece of the answer, never empty.
  case text(String)
  /// The model works on something that is not shown; a sign of life.
  case thinking
  case ended(Ending)
}

/// How a completion ended.
package enum Ending: Equatable, Sendable {
  /// The model said why it stopped.
  case finished(Finish, Usage?)
  /// The stream ended before the model said that it had.
  case interrupted
  case failed(Failure)
}
