internal import Chat

/// The body of a request to `/chat/completions`.
enum CompletionRequest {
  static func json(_ prompt: Prompt, model: String, maxTokens: Int) -> [UInt8] {
    var json = JSONWriter(reserving: 4_096)
    json.beginObject()
    json.field("model", model)
    json.key("messages")
    json.beginArray()
    message(&json, role: "system", prompt.instructions)
    for turn in prompt.turns { message(&json, role: turn.role.rawValue, turn.text) }
    json.endArray()
    json.field("stream", true)
    json.key("stream_options")
    json.beginObject()
    json.field("include_usage", true)
    json.endObject()
    json.field("max_tokens", maxTokens)
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
