import Chat

/// The answer of `/v1/chat/completions`, from bytes to what the model said.
///
/// Takes a stream of `chat.completion.chunk` events and also one JSON body, because some servers
/// answer so in spite of `stream: true`, whatever type they name. A completion is finished when a
/// `finish_reason` was seen, and only then; text in the same chunk comes before it. Usage may come
/// before, with or after it. However the bytes are cut, the same events come.
struct CompletionStream {
  /// Bytes of an answer that is one JSON body, or of an error.
  static let bodyBytes = 128 * 1024
  /// Bytes of a whole answer: generous, against one that never ends.
  static let streamBytes = 16 * 1024 * 1024
  /// Nesting of the servers' JSON.
  static let depth = 32

  private enum Form {
    /// A stream is to come, or a body that does not call itself JSON: its first byte tells.
    case undecided
    case events, body, failure
  }

  private let status: Int
  private var form: Form
  private var events = ServerSentEvents()
  private var body: [UInt8] = []
  private var receivedBytes = 0
  private var sawEvent = false
  private var finish: Finish?
  private var usage: Usage?
  /// Nothing that comes now counts.
  private(set) var isOver = false
  /// What the server said of an error; for the operator's log only.
  private(set) var complaint: String?

  /// `contentType` as the server sent it, with its parameters.
  init(status: Int, contentType: String) {
    self.status = status
    let type = contentType.prefix { $0 != ";" }.lowercased()
    if status != 200 {
      form = .failure
    } else {
      form = type.hasSuffix("/json") || type.hasSuffix("+json") ? .body : .undecided
    }
  }

  /// A `finish_reason` was seen: only usage can follow.
  var isFinished: Bool { finish != nil }
  /// What came so far decides how it ends, even if the rest never comes.
  var isDecided: Bool { isFinished || form == .failure }

  /// The server refused the request itself, in these bytes.
  var refusal: [UInt8]? { form == .failure && (status == 400 || status == 422) ? body : nil }

  /// What one network read brought.
  mutating func receive(_ bytes: UnsafeRawBufferPointer) -> [ModelEvent] {
    guard !isOver else { return [] }
    if form == .undecided, let first = bytes.first(where: { !" \t\r\n".utf8.contains($0) }) {
      form = first == UInt8(ascii: "{") ? .body : .events
    }
    switch form {
    case .undecided, .events: return receiveEvents(bytes)
    case .body, .failure:
      guard body.count + bytes.count <= Self.bodyBytes else {
        return fail(form == .failure ? .of(status: status) : .oversized)
      }
      body.append(contentsOf: bytes)
      return []
    }
  }

  private mutating func receiveEvents(_ bytes: UnsafeRawBufferPointer) -> [ModelEvent] {
    let room = Self.streamBytes - receivedBytes
    receivedBytes += bytes.count
    var complete: [ServerSentEvents.Event] = []
    var isTooMuch = bytes.count > room
    do {
      try events.feed(UnsafeRawBufferPointer(rebasing: bytes.prefix(room)), into: &complete)
    } catch {
      isTooMuch = true
    }
    var found: [ModelEvent] = []
    for event in complete where !isOver { found += take(event) }
    if isTooMuch, !isOver { found += fail(.oversized) }
    return found
  }

  /// The server sends no more, or nobody waits for it any longer.
  mutating func end() -> [ModelEvent] {
    guard !isOver else { return [] }
    switch form {
    case .undecided, .events:
      if finish == nil, !sawEvent, events.isForeign { return fail(.malformed) }
      return conclude()
    case .body:
      guard case .object(let answer)? = Self.parse(body) else { return fail(.malformed) }
      let found = take(answer, isWholeBody: true)
      if isOver { return found }
      guard answer.array("choices") != nil else { return found + fail(.malformed) }
      return found + conclude()
    case .failure:
      guard case .object(let answer)? = Self.parse(body),
        let error = ErrorBody(answer, isWholeBody: true)
      else { return fail(.of(status: status)) }
      complaint = error.words
      return fail(error.fault(status: status))
    }
  }

  private mutating func take(_ event: ServerSentEvents.Event) -> [ModelEvent] {
    let data = event.data.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
    // Some servers keep a connection alive with data that is empty.
    guard !data.isEmpty else { return [] }
    sawEvent = true
    if data.starts(with: "[DONE]".utf8) { return conclude() }
    let value = Self.parse(event.data)
    let isError = event.name.elementsEqual("error".utf8)
    guard case .object(let chunk)? = value else {
      if isError { complaint = String(decoding: event.data, as: UTF8.self) }
      return fail(isError ? .upstreamError : .malformed)
    }
    guard isError else { return take(chunk, isWholeBody: false) }
    let error = ErrorBody(chunk, isWholeBody: true)
    complaint = error?.words
    return fail(error?.fault(status: status) ?? .upstreamError)
  }

  private mutating func take(_ chunk: JSONObject, isWholeBody: Bool) -> [ModelEvent] {
    if chunk["choices"] == nil || chunk["error"] != nil,
      let error = ErrorBody(chunk, isWholeBody: isWholeBody)
    {
      complaint = error.words
      return fail(error.fault(status: status))
    }
    if let counted = chunk.object("usage").flatMap({ Usage(tokens: $0) }) { usage = counted }
    guard finish == nil, let choice = Self.firstChoice(chunk) else { return [] }
    var found: [ModelEvent] = []
    if let message = choice.object(isWholeBody ? "message" : "delta") {
      let text = Self.text(message["content"]) + Self.text(message["refusal"])
      if !text.isEmpty {
        found.append(.text(text))
      } else if !Self.text(message["reasoning_content"] ?? message["reasoning"]).isEmpty {
        found.append(.thinking)
      }
    }
    // Empty, as some write it beside each word, is no reason.
    guard let reason = choice.string("finish_reason"), !reason.isEmpty else { return found }
    return found + end(reason: reason.lowercased())
  }

  private mutating func end(reason: String) -> [ModelEvent] {
    switch reason {
    case "length", "max_tokens", "max_output_tokens", "model_length", "incomplete":
      finish = .length
    case "content_filter", "safety", "sensitive": finish = .filtered
    case "error", "insufficient_system_resource", "network_error", "timeout":
      return fail(.upstreamError)
    case "abort", "aborted", "cancelled", "canceled", "interrupted": return conclude()
    default: finish = .stop
    }
    return []
  }

  private mutating func conclude() -> [ModelEvent] {
    isOver = true
    guard let finish else { return [.ended(.interrupted)] }
    return [.ended(.finished(finish, usage))]
  }

  /// An error after the finish takes nothing away from the answer.
  private mutating func fail(_ fault: ModelFault) -> [ModelEvent] {
    guard finish == nil else { return conclude() }
    isOver = true
    return [.ended(.failed(fault.failure))]
  }
}

extension CompletionStream {
  private static func parse(_ bytes: [UInt8]) -> JSONValue? {
    bytes.withUnsafeBytes { try? JSONParser.parse($0, depth: depth, leniently: true) }
  }

  private static func firstChoice(_ chunk: JSONObject) -> JSONObject? {
    for case .object(let choice) in chunk.array("choices") ?? [] {
      if choice.integer("index") ?? 0 == 0 { return choice }
    }
    return nil
  }

  /// A string, or the text parts of a list of them; null and missing are empty.
  private static func text(_ content: JSONValue?) -> String {
    switch content {
    case .string(let text)?: return text
    case .array(let parts)?:
      return parts.reduce(into: "") { text, part in
        if case .object(let part) = part { text += part.string("text") ?? "" }
      }
    default: return ""
    }
  }
}

extension Usage {
  /// The counts of a `usage` object; nil when it holds none.
  fileprivate init?(tokens: JSONObject) {
    let prompt = tokens.integer("prompt_tokens")
    let completion = tokens.integer("completion_tokens")
    let total = tokens.integer("total_tokens")
    guard prompt != nil || completion != nil || total != nil else { return nil }
    let sum = min((prompt ?? 0) + (completion ?? 0), Limits.integer)
    self.init(prompt: prompt ?? 0, completion: completion ?? 0, total: total ?? sum)
  }
}
