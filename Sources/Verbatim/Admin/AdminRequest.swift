internal import Chat
internal import LogStore
internal import Rooms

/// One line that was said on `admin.sock`.
enum AdminRequest {
  case committed
  case act(OperatorAct, RoomName)

  struct Fault: Error {
    let code: String
    let message: String

    init(_ code: String, _ message: String) {
      self.code = code
      self.message = message
    }

    static func field(_ name: String) -> Fault {
      Fault("malformed", "field \"\(name)\" is missing or no such value")
    }
  }

  static func parse(_ line: [UInt8]) -> Result<AdminRequest, Fault> {
    let parsed = line.withUnsafeBytes { try? JSONParser.parse($0) }
    guard case .object(let object)? = parsed, let type = object.string("type") else {
      return .failure(Fault("malformed", "not a JSON object with a type"))
    }
    do throws(Fault) {
      if type == "committed" { return .success(.committed) }
      let act = try act(type, object)
      guard let room = object.string("room").flatMap({ RoomName($0) }) else {
        throw .field("room")
      }
      return .success(.act(act, room))
    } catch {
      return .failure(error)
    }
  }

  private static func act(_ type: String, _ object: JSONObject) throws(Fault) -> OperatorAct {
    switch type {
    case "hide":
      guard let message = object.integer("message") else { throw .field("message") }
      return .hide(message: message, reason: try reason(object))
    case "mute":
      guard let until = object.integer("until"), until > 0 else { throw .field("until") }
      return .mute(try participant(object), until: until, reason: try reason(object))
    case "unmute": return .mute(try participant(object), until: 0, reason: nil)
    case "stop":
      guard let reply = object.integer("reply") else { throw .field("reply") }
      return .stop(reply: reply)
    case "mode":
      guard let mode = object.string("mode").flatMap({ RoomMode(rawValue: $0) }) else {
        throw .field("mode")
      }
      guard object["every_ms"] == nil || object.integer("every_ms") != nil else {
        throw .field("every_ms")
      }
      return .mode(mode, everyMilliseconds: object.integer("every_ms"))
    default: throw Fault("unknown", "this server does not know \"\(type)\"")
    }
  }

  private static func participant(_ object: JSONObject) throws(Fault) -> ParticipantID {
    guard let id = object.string("participant").flatMap({ ParticipantID($0) }) else {
      throw .field("participant")
    }
    return id
  }

  private static func reason(_ object: JSONObject) throws(Fault) -> String? {
    guard object["reason"] != nil else { return nil }
    guard let reason = object.string("reason") else { throw .field("reason") }
    return reason
  }
}

/// What is answered, without the line's end.
enum AdminAnswer {
  static func error(_ code: String, _ message: String) -> [UInt8] {
    var json = JSONWriter()
    json.begin(type: "error")
    json.field("code", code)
    json.field("message", message)
    json.endObject()
    return json.bytes
  }

  static func committed(_ state: LogState) -> [UInt8] {
    var json = JSONWriter()
    json.begin(type: "committed")
    json.field("epoch", state.epoch.id)
    json.field("start", state.start)
    json.field("next", state.next)
    json.endObject()
    return json.bytes
  }

  static func outcome(_ outcome: ActOutcome) -> [UInt8] {
    switch outcome {
    case .done(let offset):
      var json = JSONWriter()
      json.begin(type: "done")
      json.field("offset", offset)
      json.endObject()
      return json.bytes
    case .refused(let refusal): return error(refusal.code.rawValue, refusal.message)
    case .unavailable:
      return error(
        "unavailable", "the log does not take it now; whether it was written shows in the room")
    }
  }
}
