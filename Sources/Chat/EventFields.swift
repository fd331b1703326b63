/// The fields of one event, read by name and type; every miss names its field.
struct EventFields {
  private let object: JSONObject

  init(_ object: JSONObject) { self.object = object }

  func string(_ name: String) throws(EventError) -> String {
    guard let text = object.string(name) else { throw .badField(name) }
    return text
  }

  func optionalString(_ name: String) throws(EventError) -> String? {
    object[name] == nil ? nil : try string(name)
  }

  func integer(_ name: String) throws(EventError) -> Int64 {
    guard let number = object.integer(name) else { throw .badField(name) }
    return number
  }

  func optionalInteger(_ name: String) throws(EventError) -> Int64? {
    object[name] == nil ? nil : try integer(name)
  }

  func participant(_ name: String) throws(EventError) -> ParticipantID {
    guard let id = ParticipantID(try string(name)) else { throw .badField(name) }
    return id
  }

  func session(_ name: String) throws(EventError) -> SessionID {
    guard let id = SessionID(try string(name)) else { throw .badField(name) }
    return id
  }

  func author() throws(EventError) -> Author {
    Author(
      by: try participant("by"), session: try session("session"), seq: try integer("seq"))
  }

  func choice<Choice: RawRepresentable<String>>(
    _ name: String
  ) throws(EventError) -> Choice {
    guard let choice = Choice(rawValue: try string(name)) else { throw .badField(name) }
    return choice
  }

  func offsets(_ name: String) throws(EventError) -> [Int64] {
    guard let values = object.array(name) else { throw .badField(name) }
    var offsets: [Int64] = []
    for value in values {
      guard case .integer(let offset) = value else { throw .badField(name) }
      offsets.append(offset)
    }
    return offsets
  }

  func failure() throws(EventError) -> Failure? {
    guard object["error"] != nil else { return nil }
    guard let error = object.object("error"), let code = error.string("code"),
      let message = error.string("message")
    else { throw .badField("error") }
    return Failure(code: code, message: message)
  }

  func usage() throws(EventError) -> Usage? {
    guard object["usage"] != nil else { return nil }
    guard let usage = object.object("usage"), let prompt = usage.integer("prompt"),
      let completion = usage.integer("completion"), let total = usage.integer("total")
    else { throw .badField("usage") }
    return Usage(prompt: prompt, completion: completion, total: total)
  }

  func sources() throws(EventError) -> [Source] {
    guard object["sources"] != nil else { return [] }
    guard let values = object.array("sources") else { throw .badField("sources") }
    var sources: [Source] = []
    for value in values {
      guard case .object(let source) = value else { throw .badField("sources") }
      if let offset = source.integer("offset") {
        sources.append(.item(offset: offset))
      } else if let title = source.string("title"), let url = source.string("url") {
        sources.append(.link(title: title, url: url))
      } else {
        throw .badField("sources")
      }
    }
    return sources
  }
}

extension ReplyStart {
  init(by: ParticipantID, _ fields: EventFields) throws(EventError) {
    let context = try fields.offsets("context")
    guard context.count == 2, context[0] <= context[1] else { throw .badField("context") }
    self.init(
      by: by, provider: try fields.string("provider"), model: try fields.string("model"),
      to: try fields.offsets("to"), context: context[0]...context[1],
      sources: try fields.sources())
  }
}

extension ReplyFinish {
  init(by: ParticipantID, _ fields: EventFields) throws(EventError) {
    self.init(
      by: by, reply: try fields.integer("reply"), finish: try fields.choice("finish"),
      usage: try fields.usage(), error: try fields.failure())
  }
}
