extension ReplyStart {
  func encode(_ json: inout JSONWriter) {
    json.begin(type: "reply.started")
    json.field("by", by)
    json.field("provider", provider)
    json.field("model", model)
    json.key("to")
    json.offsets(to)
    json.key("context")
    json.offsets([context.lowerBound, context.upperBound])
    json.sources(sources)
  }
}

extension ReplyFinish {
  func encode(_ json: inout JSONWriter) {
    json.begin(type: "reply.finished")
    json.field("by", by)
    json.field("reply", reply)
    json.field("finish", finish.rawValue)
    if let usage {
      json.key("usage")
      json.beginObject()
      json.field("prompt", usage.prompt)
      json.field("completion", usage.completion)
      json.field("total", usage.total)
      json.endObject()
    }
    if let error { json.failure(error) }
  }
}

extension ReplyRefusal {
  func encode(_ json: inout JSONWriter) {
    json.begin(type: "reply.refused")
    json.field("by", by)
    json.key("to")
    json.offsets(to)
    json.field("reason", reason.rawValue)
    json.field("scope", scope.rawValue)
    if let limit { json.field("limit", limit) }
    if let retryMilliseconds { json.field("retry_ms", retryMilliseconds) }
  }
}

extension ProviderFailure {
  func encode(_ json: inout JSONWriter) {
    json.begin(type: "provider.failed")
    json.field("by", by)
    json.field("reply", reply)
    json.field("provider", provider)
    json.field("model", model)
    json.failure(error)
    json.field("waited_ms", waitedMilliseconds)
    if let next { json.field("next", next) }
  }
}

extension JSONWriter {
  /// Writes `"sources":[…]`, or nothing when there are none.
  package mutating func sources(_ sources: [Source]) {
    guard !sources.isEmpty else { return }
    key("sources")
    beginArray()
    for source in sources {
      beginObject()
      switch source {
      case .link(let title, let url):
        field("title", title)
        field("url", url)
      case .item(let offset): field("offset", offset)
      }
      endObject()
    }
    endArray()
  }

  package mutating func offsets(_ offsets: [Int64]) {
    beginArray()
    for offset in offsets { value(offset) }
    endArray()
  }

  package mutating func failure(_ failure: Failure) {
    key("error")
    beginObject()
    field("code", failure.code)
    field("message", failure.message)
    endObject()
  }
}
