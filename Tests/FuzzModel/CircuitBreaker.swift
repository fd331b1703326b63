/// Whether a model's server is worth asking: a pure state machine, told what happened and when.
///
///     closed ──dead once, or ill `illnesses` times in a row──▶ open for `rest`
///       ▲                                                        │ the rest is over, or the
///       │ the probe spoke                                        ▼ server's own time is
///       └──────────────────── half-open: one call is the probe ◀─┘
///                                  └─ failed: open again, twice as long, at most `restMost`
///
/// So a server that is gone costs one patience and then none until the rest is over.
struct CircuitBreaker: Equatable, Sendable {
  struct Times: Equatable, Sendable {
    /// Answers in a row that were no good before it opens; silence opens it at once.
    var illnesses = 3
    /// Milliseconds it stays open the first time, and at most, doubled with each failed probe.
    var rest: Int64 = 30_000
    var restMost: Int64 = 600_000
  }

  /// What a failure says of the server.
  enum Sign: Equatable, Sendable {
    /// Nobody answered in time: the next would wait as long for nothing.
    case dead
    /// It answered, badly.
    case ill
    /// It asks to be left alone for so many milliseconds.
    case busy(Int64)
    /// The request was at fault, or we.
    case innocent
  }

  enum State: Equatable, Sendable {
    case closed(illnesses: Int)
    /// Until monotonic nanoseconds; `rests` in a row. What is asked for by the server itself must
    /// be kept to even where nobody else is left to ask.
    case open(until: Int64, rests: Int, isAskedFor: Bool)
    /// The call of this number is the probe.
    case halfOpen(probe: Int, rests: Int)
  }

  enum Verdict: Equatable, Sendable {
    case ask
    /// Not now: it failed before, or asked to be left alone for so many milliseconds more.
    case resting
    case askedForRest(milliseconds: Int64)
  }

  private let times: Times
  private(set) var state = State.closed(illnesses: 0)

  init(_ times: Times = Times()) { self.times = times }

  /// Whether `call` may be made at monotonic `now`; one that may be is to be settled later by
  /// ``succeeded()``, ``failed(_:_:now:)`` or ``abandoned(_:)``.
  ///
  /// - Parameter isLastResort: nobody else is left to ask, so only the server's own word counts.
  mutating func admit(_ call: Int, isLastResort: Bool, now: Int64) -> Verdict {
    switch state {
    case .closed: return .ask
    case .halfOpen: return isLastResort ? .ask : .resting
    case .open(let until, let rests, let isAskedFor):
      if now < until {
        if isAskedFor { return .askedForRest(milliseconds: (until - now + 999_999) / 1_000_000) }
        if !isLastResort { return .resting }
      }
      state = .halfOpen(probe: call, rests: rests)
      return .ask
    }
  }

  /// The first words of a call came: the server is there.
  ///
  /// It may still fall ill in mid-answer: what it did before is not forgotten for a few words.
  mutating func spoke() {
    switch state {
    case .halfOpen, .open(_, _, false): state = .closed(illnesses: 0)
    case .closed, .open: break
    }
  }

  /// A call ended well.
  mutating func succeeded() {
    if case .open(_, _, true) = state { return }
    state = .closed(illnesses: 0)
  }

  /// `call` failed at monotonic `now`.
  mutating func failed(_ call: Int, _ sign: Sign, now: Int64) {
    if case .busy(let milliseconds) = sign {
      return rest(milliseconds, rests: rests, isAskedFor: true, now: now)
    }
    if sign == .innocent { return abandoned(call) }
    switch state {
    case .closed(let illnesses):
      guard sign == .dead || illnesses + 1 >= times.illnesses else {
        state = .closed(illnesses: illnesses + 1)
        return
      }
      rest(times.rest, rests: 1, isAskedFor: false, now: now)
    case .halfOpen(call, let rests):
      let doubled = times.rest << Int64(min(rests, 20))
      rest(min(doubled, times.restMost), rests: rests + 1, isAskedFor: false, now: now)
    case .halfOpen, .open: break  // asked before it opened: nothing new
    }
  }

  /// `call` was given up by us and says nothing of the server; the next one may be the probe.
  mutating func abandoned(_ call: Int) {
    if case .halfOpen(call, let rests) = state {
      state = .open(until: .min, rests: rests, isAskedFor: false)
    }
  }

  private var rests: Int {
    switch state {
    case .closed: 1
    case .open(_, let rests, _), .halfOpen(_, let rests): rests
    }
  }

  /// Never shorter than it already rests.
  private mutating func rest(_ milliseconds: Int64, rests: Int, isAskedFor: Bool, now: Int64) {
    let end = now + milliseconds * 1_000_000
    if case .open(let until, _, _) = state, until >= end { return }
    state = .open(until: end, rests: rests, isAskedFor: isAskedFor)
  }
}
