/// A reply of the model begins; its identity is the offset of this event.
package struct ReplyStart: Equatable, Sendable {
  package var by: ParticipantID
  package var provider: String
  package var model: String
  /// Offsets of the messages it answers.
  package var to: [Int64]
  /// First and last offset that were read for it.
  package var context: ClosedRange<Int64>
  package var sources: [Source]

  package init(
    by: ParticipantID, provider: String, model: String, to: [Int64], context: ClosedRange<Int64>,
    sources: [Source] = []
  ) {
    self.by = by
    self.provider = provider
    self.model = model
    self.to = to
    self.context = context
    self.sources = sources
  }
}

/// What a reply leans on: a page outside, or an item of the log.
package enum Source: Equatable, Sendable {
  case link(title: String, url: String)
  case item(offset: Int64)
}

/// A reply is over.
package struct ReplyFinish: Equatable, Sendable {
  package var by: ParticipantID
  package var reply: Int64
  package var finish: Finish
  package var usage: Usage?
  package var error: Failure?

  package init(
    by: ParticipantID, reply: Int64, finish: Finish, usage: Usage? = nil, error: Failure? = nil
  ) {
    self.by = by
    self.reply = reply
    self.finish = finish
    self.usage = usage
    self.error = error
  }
}

/// How a reply ended.
package enum Finish: String, CaseIterable, Sendable {
  case stop, length, stopped, interrupted, error, filtered
}

/// Tokens a provider counted.
package struct Usage: Equatable, Sendable {
  package var prompt: Int64
  package var completion: Int64
  package var total: Int64

  package init(prompt: Int64, completion: Int64, total: Int64) {
    self.prompt = prompt
    self.completion = completion
    self.total = total
  }
}

/// What went wrong: a stable code, and words for people.
package struct Failure: Equatable, Sendable {
  package var code: String
  /// At most ``Limits/errorScalars``.
  package var message: String

  package init(code: String, message: String) {
    self.code = code
    self.message = message
  }
}

/// The model will not answer these messages, and says why.
package struct ReplyRefusal: Equatable, Sendable {
  package enum Reason: String, CaseIterable, Sendable { case budget, depth, muted }
  package enum Scope: String, CaseIterable, Sendable { case minute, room, server, address }

  package var by: ParticipantID
  package var to: [Int64]
  package var reason: Reason
  package var scope: Scope
  package var limit: Int64?
  package var retryMilliseconds: Int64?

  package init(
    by: ParticipantID, to: [Int64], reason: Reason, scope: Scope, limit: Int64? = nil,
    retryMilliseconds: Int64? = nil
  ) {
    self.by = by
    self.to = to
    self.reason = reason
    self.scope = scope
    self.limit = limit
    self.retryMilliseconds = retryMilliseconds
  }
}

/// One provider failed within a reply; `next`, if any, takes over.
package struct ProviderFailure: Equatable, Sendable {
  package var by: ParticipantID
  package var reply: Int64
  package var provider: String
  package var model: String
  package var error: Failure
  package var waitedMilliseconds: Int64
  package var next: String?

  package init(
    by: ParticipantID, reply: Int64, provider: String, model: String, error: Failure,
    waitedMilliseconds: Int64, next: String? = nil
  ) {
    self.by = by
    self.reply = reply
    self.provider = provider
    self.model = model
    self.error = error
    self.waitedMilliseconds = waitedMilliseconds
    self.next = next
  }
}
