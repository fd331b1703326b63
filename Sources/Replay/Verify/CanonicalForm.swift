internal import Chat

/// Whether a record's value is an event as it must be written.
enum CanonicalForm {
  enum Judgement {
    case known(Event)
    /// With fields behind the known ones that this version does not know.
    case extended(Event)
    /// Canonical JSON, but of an unknown type, or with a known field of a wrong type.
    case foreign(type: String)
    /// Not what may stand in the log, and why.
    case bad(String)
  }

  static func judge(_ value: UnsafeRawBufferPointer) -> Judgement {
    // What reads back to the same bytes is canonical, however it was read.
    if let event = Event.plain(value), value.elementsEqual(event.canonicalJSON) {
      return .known(event)
    }
    let object: JSONObject
    do {
      guard case .object(let parsed) = try JSONParser.parse(value) else {
        return .bad("the event is no JSON object")
      }
      object = parsed
    } catch {
      return .bad("the event is no JSON: \(words(error))")
    }
    let event: Event
    do { event = try Event.decode(object) } catch {
      guard value.elementsEqual(bytes(of: .object(object))) else { return .bad(notCanonical) }
      return .foreign(type: object.string("type") ?? "")
    }
    let known = event.canonicalJSON
    if value.elementsEqual(known) { return .known(event) }
    guard value.elementsEqual(bytes(of: .object(object))),
      case .object(let expected)? = known.withUnsafeBytes({ try? JSONParser.parse($0) }),
      extends(.object(object), .object(expected))
    else { return .bad(notCanonical) }
    return .extended(event)
  }

  private static let notCanonical = "the event is not in its canonical form"

  private static func words(_ error: JSONError) -> String {
    switch error {
    case .unexpected(let position): "unexpected byte \(position)"
    case .unfinished: "it ends too early"
    case .tooDeep(let position): "too deep at byte \(position)"
    case .duplicateKey(let key): "the key \(key) comes twice"
    case .badUTF8(let position): "no UTF-8 at byte \(position)"
    case .loneSurrogate(let position): "a lone surrogate at byte \(position)"
    }
  }

  /// Whether `value` is `known` with at most more members at the end of its objects.
  private static func extends(_ value: JSONValue, _ known: JSONValue) -> Bool {
    switch (value, known) {
    case (.object(let value), .object(let known)):
      value.members.count >= known.members.count
        && zip(value.members, known.members).allSatisfy {
          $0.key == $1.key && extends($0.value, $1.value)
        }
    case (.array(let value), .array(let known)):
      value.count == known.count && zip(value, known).allSatisfy { extends($0, $1) }
    default: value == known
    }
  }

  /// Any value, canonically; of a number that is no integer of the format, nothing.
  private static func bytes(of value: JSONValue) -> [UInt8] {
    switch value {
    case .null: return Array("null".utf8)
    case .bool(let bool): return Array((bool ? "true" : "false").utf8)
    case .integer(let number): return Array(String(number).utf8)
    case .number: return []
    case .string(let text): return quoted(text)
    case .array(let values):
      return Array("[".utf8) + values.map(bytes).joined(separator: ",".utf8) + Array("]".utf8)
    case .object(let object):
      let members = object.members.map { quoted($0.key) + Array(":".utf8) + bytes(of: $0.value) }
      return Array("{".utf8) + members.joined(separator: ",".utf8) + Array("}".utf8)
    }
  }

  private static func quoted(_ text: String) -> [UInt8] {
    var json = JSONWriter()
    json.value(text)
    return json.bytes
  }
}

extension EditView {
  /// Whether the view was read from canonical bytes; `false` says only to look closer.
  ///
  /// Text of printable ASCII needs no escape, and no look at its UTF-8.
  var isSurelyCanonical: Bool { ins.allSatisfy { (0x20...0x7E).contains($0) } }
}
