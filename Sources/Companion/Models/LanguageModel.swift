/// The door to a language model: one completion is a call, named by a number of the caller's.
///
/// All of it belongs to one thread. Nothing blocks: a call is begun, and what comes of it is picked
/// up with ``advance()`` whenever the caller's loop turns.
package protocol LanguageModel: AnyObject {
  /// Begins a completion.
  func begin(_ prompt: Prompt, call: Int)

  /// Ends a call at once; nothing more comes of it. Unknown and ended calls are left alone.
  func cancel(_ call: Int)

  /// Takes nothing more from the model until ``resume(_:)``; its timeouts stand still meanwhile.
  func pause(_ call: Int)
  func resume(_ call: Int)

  /// What came since the last time, in order; a call is over with ``ModelEvent/ended(_:)``.
  func advance() -> [CallEvents]

  /// Monotonic nanoseconds at which `advance` must be asked again though nothing came; nil: never.
  var deadline: Int64? { get }
}

/// What came for one call in one go.
package struct CallEvents: Equatable, Sendable {
  package let call: Int
  package let events: [ModelEvent]

  package init(call: Int, events: [ModelEvent]) {
    self.call = call
    self.events = events
  }
}
