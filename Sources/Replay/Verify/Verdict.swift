internal import Chat
internal import Hashing
package import LogStore

/// What an audit of a data directory found.
package struct Verdict: Equatable, Sendable {
  /// Events that were checked and are good: all, or those before the first bad one.
  package var events: Int64 = 0
  package var segments = 0
  package var start: Int64 = 0
  package var next: Int64 = 0
  /// The log's digest after `events`.
  package var digest: [UInt8] = []
  /// Events of a type this version does not know, or with a field of a type it does not expect.
  package var foreign: Int64 = 0
  /// Events with more fields than this version knows.
  package var extended: Int64 = 0
  package var erased: Int64 = 0
  /// Checkpoints whose digest was computed again.
  package var checkpoints = 0
  /// The first thing that is wrong, in the log's order.
  package var firstBad: SegmentDamage?
  /// Where the audit was broken off: everything before is good.
  package var interruptedAt: Int64?
  /// What is worth knowing and no damage.
  package var notes: [String] = []

  package var isOK: Bool { firstBad == nil }

  /// One object; the fields of `first_bad` are left out when all is well.
  package var json: [UInt8] {
    var json = JSONWriter(reserving: 512)
    json.beginObject()
    json.field("ok", isOK)
    json.field("events", events)
    json.field("segments", segments)
    json.field("start", start)
    json.field("next", next)
    json.field("digest", digest.hex)
    if let bad = firstBad {
      json.key("first_bad")
      json.beginObject()
      json.field("file", bad.file)
      json.field("position", bad.position)
      json.field("offset", bad.offset)
      json.field("what", bad.what)
      json.endObject()
    }
    json.field("checkpoints", checkpoints)
    json.field("unknown_events", foreign)
    json.field("unknown_fields", extended)
    json.field("erased", erased)
    json.endObject()
    return json.bytes
  }

  /// For people: one line that says it, and lines that say more.
  package var lines: [String] {
    var lines: [String] = []
    if let bad = firstBad {
      lines.append(
        "damaged: \(bad.file) at byte \(bad.position), offset \(bad.offset): \(bad.what)")
      lines.append("good before it: \(counted(events, "event")), digest \(digest.hex)")
    } else {
      let range = events == 0 ? "none" : "\(start) to \(next - 1)"
      lines.append(
        "ok: \(counted(events, "event")) in \(counted(Int64(segments), "segment")),"
          + " offsets \(range), \(counted(Int64(checkpoints), "checkpoint")),"
          + " digest \(digest.hex)")
    }
    if foreign > 0 {
      lines.append("\(counted(foreign, "event")) of a kind this version does not know")
    }
    if extended > 0 {
      lines.append("\(counted(extended, "event")) with fields this version does not know")
    }
    if erased > 0 { lines.append("\(counted(erased, "event")) erased") }
    return lines
  }

  private func counted(_ count: Int64, _ what: String) -> String {
    "\(count) \(what)\(count == 1 ? "" : "s")"
  }
}
