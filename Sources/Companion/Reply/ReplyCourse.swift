package import Chat

/// One reply from its start to its end: told what happened, it says what to do.
///
///     waiting for its start to be written ─▶ asking provider 0 ─▶ speaking ─▶ ending
///                                               │ failed before a word: `provider.failed`,
///                                               ▼ the next one is asked
///                                            asking provider 1 …
package struct ReplyCourse {
  package enum Action: Equatable {
    /// Send the request to the provider of this index.
    case ask(provider: Int)
    /// End the call to the present provider.
    case hangUp
    case write(Event)
    /// Take back the words that were not proposed yet.
    case withdrawWords
  }

  package let turn: TurnTaking.Turn
  private let providers: [Provider]
  /// Offset of its `reply.started` once that is in the log.
  package private(set) var reply: Int64?
  /// It has said all it will say; what remains is to write it.
  package private(set) var isEnding = false
  private var provider = 0
  /// Monotonic nanoseconds.
  private var askedAt: Int64 = 0
  /// Unicode scalars of text so far.
  private var spoken = 0

  package init(turn: TurnTaking.Turn, providers: [Provider]) {
    precondition(!providers.isEmpty, "a reply needs somebody to ask")
    self.turn = turn
    self.providers = providers
  }

  /// The event with which it begins.
  package var start: Event {
    .replyStarted(
      ReplyStart(
        by: .companion, provider: providers[0].name, model: providers[0].model, to: turn.to,
        context: turn.context))
  }

  /// Its start is in the log at `offset`, so the request may be sent.
  package mutating func started(at offset: Int64, now: Int64) -> [Action] {
    reply = offset
    askedAt = now
    return [.ask(provider: 0)]
  }

  /// The present provider said this, at monotonic `now`.
  package mutating func heard(_ events: [ModelEvent], now: Int64) -> [Action] {
    var actions: [Action] = []
    for event in events where !isEnding {
      switch event {
      case .text(let text): actions += speak(text)
      case .thinking: break
      case .ended(.finished(let finish, let usage)): actions += end(finish, usage: usage)
      case .ended(.interrupted):
        actions +=
          spoken > 0 ? end(.interrupted) : turnToNext(ModelFault.interrupted.failure, now: now)
      case .ended(.failed(let failure)):
        actions += spoken > 0 ? end(.error, error: failure) : turnToNext(failure, now: now)
      }
    }
    return actions
  }

  /// Somebody who may asked for silence; words that are not on their way to the log are dropped.
  package mutating func stopped() -> [Action] {
    isEnding ? [] : [.hangUp, .withdrawWords] + end(.stopped)
  }

  /// The server shuts down; what was said stands.
  package mutating func interrupted() -> [Action] {
    isEnding ? [] : [.hangUp] + end(.interrupted)
  }

  /// Some of its words will never be in the log, so whatever it was going to end with is wrong.
  package mutating func lostWords() -> [Action] {
    [.hangUp] + end(.error, error: ModelFault.logRefused.failure)
  }

  private mutating func speak(_ text: String) -> [Action] {
    guard let reply else { return [] }
    let room = Limits.replyScalars - spoken
    let fitting = text.scalarPrefix(room)
    spoken += fitting.scalarCount
    var actions: [Action] = []
    var rest = fitting.unicodeScalars[...]
    while !rest.isEmpty {
      let piece = String(rest.prefix(Limits.chunkScalars))
      rest = rest.dropFirst(Limits.chunkScalars)
      actions.append(.write(.replyChunk(by: .companion, reply: reply, text: piece)))
    }
    guard text.scalarCount > room else { return actions }
    return actions + [.hangUp] + end(.length)
  }

  private mutating func turnToNext(_ failure: Failure, now: Int64) -> [Action] {
    guard let reply else { return [] }
    let failed = providers[provider]
    let next = provider + 1 < providers.count ? providers[provider + 1].name : nil
    let event = Event.providerFailed(
      ProviderFailure(
        by: .companion, reply: reply, provider: failed.name, model: failed.model, error: failure,
        waitedMilliseconds: max(0, now - askedAt) / 1_000_000, next: next))
    guard next != nil else { return [.write(event)] + end(.error, error: failure) }
    provider += 1
    askedAt = now
    return [.write(event), .ask(provider: provider)]
  }

  private mutating func end(
    _ finish: Finish, usage: Usage? = nil, error: Failure? = nil
  ) -> [Action] {
    isEnding = true
    guard let reply else { return [] }
    return [
      .write(
        .replyFinished(
          ReplyFinish(by: .companion, reply: reply, finish: finish, usage: usage, error: error)))
    ]
  }
}
