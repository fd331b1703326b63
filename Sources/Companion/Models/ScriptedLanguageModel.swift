internal import Chat
package import LogStore

/// No model at all: words derived from the last message, at a steady pace.
///
/// The same prompt always gets the same words, so a room works, and tests know what to expect,
/// without any model.
package final class ScriptedLanguageModel: LanguageModel {
  private struct Call {
    var tokens: ArraySlice<String>
    /// Monotonic nanoseconds at which the next token comes.
    var next: Int64
    var isPaused = false
    let usage: Usage
  }

  private let pace: Int64
  private let time: any TimeSource
  private var calls: [(id: Int, call: Call)] = []

  package init(tokenMilliseconds: Int, time: any TimeSource) {
    pace = Int64(tokenMilliseconds) * 1_000_000
    self.time = time
  }

  /// The words for a prompt, cut into tokens; joined they are the whole answer.
  package static func tokens(for prompt: Prompt) -> [String] {
    let last = prompt.turns.last { $0.role == .user }?.text ?? ""
    let (name, words) = parted(last)
    var answer = "\(name), no model is connected, so this is a script. You wrote"
    answer += words.count == 1 ? " one word:" : " \(words.count) words:"
    for word in words { answer += " \(word)" }
    answer += "."
    var tokens: [String] = []
    for word in answer.split(separator: " ", omittingEmptySubsequences: false) {
      tokens.append(tokens.isEmpty ? String(word) : " \(word)")
    }
    return tokens
  }

  private static func parted(_ text: String) -> (name: Substring, words: [Substring]) {
    let colon = text.firstIndex(of: ":") ?? text.startIndex
    let rest = text[colon...].drop { $0 == ":" }
    return (text[..<colon], rest.split(whereSeparator: \.isWhitespace))
  }

  package func begin(_ prompt: Prompt, call: Int) {
    let tokens = Self.tokens(for: prompt)
    let read = prompt.turns.reduce(0) { $0 + $1.text.split(separator: " ").count }
    let usage = Usage(
      prompt: Int64(read), completion: Int64(tokens.count), total: Int64(read + tokens.count))
    calls.append(
      (call, Call(tokens: tokens[...], next: time.monotonicNanoseconds + pace, usage: usage)))
  }

  package func cancel(_ call: Int) { calls.removeAll { $0.id == call } }

  package func pause(_ call: Int) { setPaused(call, true) }

  package func resume(_ call: Int) { setPaused(call, false) }

  private func setPaused(_ id: Int, _ isPaused: Bool) {
    for index in calls.indices where calls[index].id == id { calls[index].call.isPaused = isPaused }
  }

  package func advance() -> [CallEvents] {
    let now = time.monotonicNanoseconds
    var deliveries: [CallEvents] = []
    for index in calls.indices where !calls[index].call.isPaused {
      var events: [ModelEvent] = []
      while calls[index].call.next <= now, let token = calls[index].call.tokens.popFirst() {
        events.append(.text(token))
        calls[index].call.next += pace
      }
      if calls[index].call.tokens.isEmpty {
        events.append(.ended(.finished(.stop, calls[index].call.usage)))
      }
      if !events.isEmpty { deliveries.append(CallEvents(call: calls[index].id, events: events)) }
    }
    calls.removeAll { $0.call.tokens.isEmpty && !$0.call.isPaused }
    return deliveries
  }

  package var deadline: Int64? {
    calls.filter { !$0.call.isPaused }.map(\.call.next).min()
  }
}
