internal import Chat

/// The body of a request to `/chat/completions`.
enum CompletionRequest {
  static func json(
    _ prompt: Prompt, model: String, maxTokens: Int, shape: RequestShape = RequestShape()
  ) -> [UInt8] {
    var json = JSONWriter(reserving: 4_096)
    json.beginObject()
    json.field("model", model)
    json.key("messages")
    json.beginArray()
    message(&json, role: "system", prompt.instructions)
    for turn in prompt.turns { message(&json, role: turn.role.rawValue, turn.text) }
    json.endArray()
    json.field("stream", true)
    if shape.asksForUsage {
      json.key("stream_options")
      json.beginObject()
      json.field("include_usage", true)
      json.endObject()
    }
    switch shape.bound {
    case .maxTokens: json.field("max_tokens", maxTokens)
    case .maxCompletionTokens: json.field("max_completion_tokens", maxTokens)
    }
    json.endObject()
    return json.bytes
  }

  private static func message(_ json: inout JSONWriter, role: String, _ text: String) {
    json.beginObject()
    json.field("role", role)
    json.field("content", text)
    json.endObject()
  }
}

/// What compatible servers do not agree on in a request; learnt from a server's refusals.
struct RequestShape: Equatable, Sendable {
  /// The name of the bound on a reply's tokens: the newer one is all that some models take.
  enum Bound: Sendable { case maxTokens, maxCompletionTokens }

  /// `stream_options` asks for a last chunk with the usage.
  var asksForUsage = true
  var bound = Bound.maxTokens

  /// The shape to ask again with after a refusal (400 or 422) with this body; nil when it would
  /// change nothing.
  ///
  /// A server that does not say what it minds is asked again without the usage, the one thing here
  /// that is not in every server's first version.
  func adapted(to refusal: [UInt8]) -> RequestShape? {
    var shape = self
    let words = String(decoding: refusal, as: UTF8.self)
    if bound == .maxTokens, words.contains("max_completion_tokens") {
      shape.bound = .maxCompletionTokens
    } else {
      shape.asksForUsage = false
    }
    return shape == self ? nil : shape
  }
}
