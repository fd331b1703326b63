import Chat
import Hashing

/// The meaning of a room's events, once more and as simply as can be, to hold replay against.
struct NaiveRoom {
  struct Said: Equatable {
    var offset: Int64
    var by: String
    var name: String
    var text: String
    var finish: String?
  }

  var said: [Said] = []
  var names: [String: String] = [:]
  /// Open drafts by `by` and session.
  var drafts: [String: (by: String, session: String, draft: Int64, text: [Unicode.Scalar])] = [:]
  var replies: [Int64: String] = [:]
  var chain = [UInt8](repeating: 0, count: 32)
  var lastOffset: Int64 = -1

  mutating func apply(_ event: Event, offset: Int64) {
    lastOffset = offset
    switch event {
    case .participantJoined(let by, let name, _, _): names["\(by)"] = name
    case .typingStarted(let by, let session, let draft):
      drafts["\(by) \(session)"] = ("\(by)", "\(session)", draft, [])
    case .draftEdited(let author, _, let edit):
      drafts["\(author.by) \(author.session)"]?.text.replaceSubrange(
        edit.at..<edit.at + edit.del, with: Array(edit.ins.unicodeScalars))
    case .draftDiscarded(let author, _): drafts["\(author.by) \(author.session)"] = nil
    case .messageSent(let author, _, let text):
      drafts["\(author.by) \(author.session)"] = nil
      settle(
        Said(
          offset: offset, by: "\(author.by)", name: names["\(author.by)"] ?? "", text: text))
    case .replyStarted: replies[offset] = ""
    case .replyChunk(_, let reply, let text): replies[reply]? += text
    case .replyFinished(let end):
      let text = replies.removeValue(forKey: end.reply) ?? ""
      settle(
        Said(
          offset: end.reply, by: "companion", name: "Companion", text: text,
          finish: end.finish.rawValue))
    default: break
    }
  }

  private mutating func settle(_ item: Said) {
    said.append(item)
    let finish = item.finish.map { ",\"finish\":\(Self.quoted($0))" } ?? ""
    let json =
      "{\"offset\":\(item.offset),\"by\":\(Self.quoted(item.by)),"
      + "\"name\":\(Self.quoted(item.name)),\"text\":\(Self.quoted(item.text))\(finish)}"
    chain = SHA256.digest(chain, Array(json.utf8))
  }

  var digest: [UInt8] {
    let people = names.sorted { $0.key < $1.key }.map {
      "{\"by\":\(Self.quoted($0.key)),\"name\":\(Self.quoted($0.value)),\"visibility\":\"live\"}"
    }
    let open = drafts.sorted { $0.key < $1.key }.map {
      "{\"by\":\"\($0.value.by)\",\"session\":\"\($0.value.session)\","
        + "\"draft\":\($0.value.draft),\"text\":\(Self.quoted(Self.string($0.value.text)))}"
    }
    let answering = replies.sorted { $0.key < $1.key }.map {
      "{\"reply\":\($0.key),\"by\":\"companion\",\"text\":\(Self.quoted($0.value))}"
    }
    let live =
      "{\"participants\":[\(people.joined(separator: ","))],"
      + "\"drafts\":[\(open.joined(separator: ","))],"
      + "\"replies\":[\(answering.joined(separator: ","))]}"
    return SHA256.digest(chain, Array(live.utf8))
  }

  static func string(_ scalars: [Unicode.Scalar]) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  private static func quoted(_ text: String) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22: json += "\\\""
      case 0x5C: json += "\\\\"
      case 0x08: json += "\\b"
      case 0x0C: json += "\\f"
      case 0x0A: json += "\\n"
      case 0x0D: json += "\\r"
      case 0x09: json += "\\t"
      case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029:
        let digits = String(scalar.value, radix: 16)
        json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: json.unicodeScalars.append(scalar)
      }
    }
    return json + "\""
  }
}
