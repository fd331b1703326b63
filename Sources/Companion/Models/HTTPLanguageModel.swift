internal import CCurl
internal import Chat
internal import Logging
internal import LogStore

/// A model behind an OpenAI-compatible server.
///
/// It is asked only while its ``CircuitBreaker`` lets it: else a call fails at once.
package final class HTTPLanguageModel: LanguageModel {
  /// Milliseconds that a reply waits where the server asks for so long and nobody else is left.
  static let waitMost: Int64 = 10_000
  /// Requests for one completion: a refused one is made again in another shape, a busy server is
  /// asked again after its time.
  static let attemptsMost = 3

  /// Where requests go and what they hold, the same for every call.
  struct Address {
    let name: String
    let model: String
    let base: String
    let key: Secret?
    let maxTokens: Int
    /// No provider stands behind this one.
    var isLastResort = true
  }

  private struct Call {
    enum State {
      case running(HTTPCall)
      /// Until monotonic nanoseconds.
      case waiting(until: Int64)
      case failed(ModelFault)
    }

    let id: Int
    let prompt: Prompt
    var state: State
    var shape: RequestShape
    var attempts = 1
    var hasWaited = false
  }

  private let address: Address
  private let timeouts: ModelTimeouts
  private let multi: CurlMulti
  private let time: any TimeSource
  private let logger: Logger
  private var breaker: CircuitBreaker
  /// The shape to ask in first, and whether the server has answered to it.
  private var shape = RequestShape()
  private var isShapeTaken = false
  private var calls: [Call] = []

  init(
    _ address: Address, timeouts: ModelTimeouts, breaker: CircuitBreaker.Times, multi: CurlMulti,
    time: any TimeSource, logger: Logger
  ) {
    self.address = address
    self.timeouts = timeouts
    self.multi = multi
    self.time = time
    self.logger = logger
    self.breaker = CircuitBreaker(breaker)
  }

  deinit {
    for call in calls { hangUp(call) }
  }

  package func begin(_ prompt: Prompt, call id: Int) {
    let now = time.monotonicNanoseconds
    var call = Call(id: id, prompt: prompt, state: .failed(.passedOver), shape: shape)
    switch breaker.admit(id, isLastResort: address.isLastResort, now: now) {
    case .ask: call.state = .running(request(prompt, shape, now))
    case .resting: break
    case .askedForRest(let milliseconds):
      call.state = .failed(.rateLimited)
      if address.isLastResort, milliseconds <= Self.waitMost {
        call.state = .waiting(until: now + milliseconds * 1_000_000)
        call.hasWaited = true
      }
    }
    calls.append(call)
  }

  private func request(_ prompt: Prompt, _ shape: RequestShape, _ now: Int64) -> HTTPCall {
    var headers = ["Content-Type: application/json", "Accept: text/event-stream", "Expect:"]
    if let key = address.key { headers.append(key.authorization) }
    let body = CompletionRequest.json(
      prompt, model: address.model, maxTokens: address.maxTokens, shape: shape)
    let transfer = CurlTransfer(
      url: address.base + "/chat/completions", body: body, headers: headers,
      connectMilliseconds: timeouts.connect)
    multi.add(transfer)
    return HTTPCall(transfer, timeouts: timeouts, now: now)
  }

  package func cancel(_ id: Int) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    hangUp(calls.remove(at: index))
    breaker.abandoned(id)
  }

  private func hangUp(_ call: Call) {
    if case .running(let http) = call.state { multi.remove(http.transfer) }
  }

  package func pause(_ call: Int) { setPaused(call, true) }

  package func resume(_ call: Int) { setPaused(call, false) }

  private func setPaused(_ id: Int, _ isPaused: Bool) {
    guard let index = calls.firstIndex(where: { $0.id == id }),
      case .running(var http) = calls[index].state
    else { return }
    http.setPaused(isPaused, now: time.monotonicNanoseconds)
    calls[index].state = .running(http)
  }

  package var deadline: Int64? {
    let deadlines = calls.compactMap { call -> Int64? in
      switch call.state {
      case .running(let http): http.deadline
      case .waiting(let until): until
      case .failed: 0
      }
    }
    return deadlines.min()
  }
}

extension HTTPLanguageModel {
  package func advance() -> [CallEvents] {
    let now = time.monotonicNanoseconds
    var deliveries: [CallEvents] = []
    var ended: Set<Int> = []
    for index in calls.indices {
      let events = advance(&calls[index], now)
      guard !events.isEmpty else { continue }
      deliveries.append(CallEvents(call: calls[index].id, events: events))
      if case .ended? = events.last { ended.insert(calls[index].id) }
    }
    for call in calls where ended.contains(call.id) { hangUp(call) }
    calls.removeAll { ended.contains($0.id) }
    return deliveries
  }

  private func advance(_ call: inout Call, _ now: Int64) -> [ModelEvent] {
    switch call.state {
    case .failed(let fault): return [.ended(.failed(fault.failure))]
    case .waiting(let until):
      guard until <= now else { return [] }
      call.state = .running(request(call.prompt, call.shape, now))
      return []
    case .running(var http):
      let wasSilent = !http.hasSpoken
      var events = http.advance(now: now)
      call.state = .running(http)
      if wasSilent, http.hasSpoken {
        shape = call.shape
        isShapeTaken = true
        breaker.spoke()
      }
      guard case .ended(let ending)? = events.last else { return events }
      if settle(ending, of: &call, http, now) { events.removeLast() }
      return events
    }
  }

  /// A request came to its end; true when another one is made in its place.
  private func settle(
    _ ending: Ending, of call: inout Call, _ http: HTTPCall, _ now: Int64
  ) -> Bool {
    let fault: ModelFault
    switch ending {
    case .finished:
      breaker.succeeded()
      return false
    case .interrupted: fault = .interrupted
    case .failed(let failure): fault = ModelFault(rawValue: failure.code) ?? .upstreamError
    }
    let rest = rest(after: fault, http)
    breaker.failed(call.id, rest.map { .busy($0) } ?? fault.sign, now: now)
    complain(fault, http.complaint)
    guard !http.hasSpoken, call.attempts < Self.attemptsMost else { return false }
    let isMisshapen = fault != .contextTooLong && !(isShapeTaken && call.shape == shape)
    if isMisshapen, let other = http.refusal.flatMap(call.shape.adapted) {
      call.shape = other
      again(&call, at: now, http)
      return true
    }
    if let rest, rest <= Self.waitMost, address.isLastResort, !call.hasWaited {
      call.hasWaited = true
      again(&call, at: now + rest * 1_000_000, http)
      return true
    }
    return false
  }

  private func again(_ call: inout Call, at time: Int64, _ http: HTTPCall) {
    multi.remove(http.transfer)
    call.attempts += 1
    call.state = .waiting(until: time)
  }

  /// Milliseconds for which the server asked to be left alone; nil when it did not.
  private func rest(after fault: ModelFault, _ http: HTTPCall) -> Int64? {
    let status = http.transfer.status
    guard [402, 429, 503].contains(status) || fault == .rateLimited else { return nil }
    let said = RetryAfter.milliseconds(
      http.transfer.header("Retry-After"), finer: http.transfer.header("retry-after-ms"),
      date: http.transfer.header("Date"), wall: time.wallMilliseconds)
    return said ?? (fault == .rateLimited ? RetryAfter.unsaid : nil)
  }

  private func complain(_ fault: ModelFault, _ complaint: String?) {
    logger.warning(
      "the model's server failed",
      metadata: [
        "provider": "\(address.name)", "model": "\(address.model)", "code": "\(fault.rawValue)",
        "said": "\(Self.quoted(complaint ?? "", without: address.key))",
      ])
  }

  /// A failing server's own words as they may stand in the operator's log: at most
  /// ``Limits/errorScalars`` of them, and never the key, nor a part of it at the cut.
  static func quoted(_ words: String, without key: Secret?) -> String {
    (key?.redacted(words) ?? words).scalarPrefix(Limits.errorScalars)
  }
}
