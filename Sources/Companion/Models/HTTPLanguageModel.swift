internal import CCurl
internal import Chat
internal import Logging
internal import LogStore

/// A model behind an OpenAI-compatible server.
package final class HTTPLanguageModel: LanguageModel {
  private let name: String
  private let model: String
  private let base: String
  private let key: Secret?
  private let maxTokens: Int
  private let timeouts: ModelTimeouts
  private let multi: CurlMulti
  private let time: any TimeSource
  private let logger: Logger
  private var calls: [(id: Int, call: HTTPCall)] = []

  init(
    name: String, model: String, base: String, key: Secret?, maxTokens: Int,
    timeouts: ModelTimeouts, multi: CurlMulti, time: any TimeSource, logger: Logger
  ) {
    self.name = name
    self.model = model
    self.base = base
    self.key = key
    self.maxTokens = maxTokens
    self.timeouts = timeouts
    self.multi = multi
    self.time = time
    self.logger = logger
  }

  deinit {
    for (_, call) in calls { multi.remove(call.transfer) }
  }

  package func begin(_ prompt: Prompt, call: Int) {
    var headers = ["Content-Type: application/json", "Accept: text/event-stream", "Expect:"]
    if let key { headers.append(key.authorization) }
    let transfer = CurlTransfer(
      url: base + "/chat/completions",
      body: CompletionRequest.json(prompt, model: model, maxTokens: maxTokens), headers: headers,
      connectMilliseconds: timeouts.connect)
    calls.append(
      (call, HTTPCall(transfer, timeouts: timeouts, now: time.monotonicNanoseconds)))
    multi.add(transfer)
  }

  package func cancel(_ call: Int) {
    guard let index = calls.firstIndex(where: { $0.id == call }) else { return }
    multi.remove(calls.remove(at: index).call.transfer)
  }

  package func pause(_ call: Int) { setPaused(call, true) }

  package func resume(_ call: Int) { setPaused(call, false) }

  private func setPaused(_ id: Int, _ isPaused: Bool) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    calls[index].call.setPaused(isPaused, now: time.monotonicNanoseconds)
  }

  package func advance() -> [CallEvents] {
    let now = time.monotonicNanoseconds
    var deliveries: [CallEvents] = []
    for index in calls.indices {
      let events = calls[index].call.advance(now: now)
      guard !events.isEmpty else { continue }
      deliveries.append(CallEvents(call: calls[index].id, events: events))
      if case .ended(.failed(let failure))? = events.last {
        complain(failure, calls[index].call.complaint)
      }
    }
    for (_, call) in calls where call.isOver { multi.remove(call.transfer) }
    calls.removeAll { $0.call.isOver }
    return deliveries
  }

  package var deadline: Int64? { calls.compactMap(\.call.deadline).min() }

  private func complain(_ failure: Failure, _ complaint: String?) {
    let words = (complaint ?? "").scalarPrefix(Limits.errorScalars)
    logger.warning(
      "the model's server failed",
      metadata: [
        "provider": "\(name)", "model": "\(model)", "code": "\(failure.code)",
        "said": "\(key?.redacted(words) ?? words)",
      ])
  }
}
