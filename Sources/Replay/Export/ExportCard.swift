internal import Chat
internal import Hashing
internal import LogStore
internal import Projector

/// What lies beside an export and says what it is: of which events, how complete, how disguised,
/// how to make it again, and what to mind.
///
/// It holds nothing of when, where or by whom it was made, so that the same export has the same
/// card.
struct ExportCard {
  let plan: ExportPlan
  let run: ExportRun
  let rows: Int64
  let file: (bytes: Int64, sha256: [UInt8])

  static let version: Int64 = 1

  /// The first and last offset; the same with the first above the last where there are none.
  private var first: Int64 { run.offsets.lowerBound }
  private var last: Int64 { run.offsets.upperBound - 1 }

  /// Of the room, or of the log, after the last offset.
  private var digest: String {
    let projection = run.projection
    return (plan.room.map { (projection[$0] ?? RoomState()).digest } ?? projection.digest).hex
  }

  /// The essentials, for a file that keeps notes of its own.
  static func notes(_ plan: ExportPlan, _ run: ExportRun) -> [(name: String, value: String)] {
    [
      ("verbatim.card_version", "\(version)"),
      ("verbatim.epoch", run.reader.state.epoch.id),
      ("verbatim.from", "\(run.offsets.lowerBound)"),
      ("verbatim.to", "\(run.offsets.upperBound - 1)"),
      ("verbatim.timing", plan.timing.rawValue),
      ("verbatim.pseudonyms", pseudonyms(plan)),
    ]
  }

  static func pseudonyms(_ plan: ExportPlan) -> String {
    plan.keepsNames ? "none" : plan.key == nil ? "of_this_export" : "of_a_key"
  }

  var json: [UInt8] {
    var json = JSONWriter(reserving: 8_192)
    json.beginObject()
    json.field("card_version", Self.version)
    json.field("what", Self.what(plan.format))
    json.field("format", plan.format.rawValue)
    writeFile(to: &json)
    writeSource(to: &json)
    writeCounts(to: &json)
    writePrivacy(to: &json)
    if plan.format.isOfKeystrokes { Self.writeColumns(to: &json) }
    writeGaps(to: &json)
    json.field("reproduce", command)
    json.key("notes")
    json.beginArray()
    for note in notes { json.value(note) }
    json.endArray()
    json.endObject()
    return Indented.json(json.bytes)
  }

  private static func what(_ format: ExportFormat) -> String {
    switch format {
    case .jsonl: "Every event, one JSON object a line."
    case .messages: "Every message and every finished reply of the model, one JSON object a line."
    case .csv, .parquet: "Every edit that was typed in view of the room, one row each."
    }
  }

  private func writeFile(to json: inout JSONWriter) {
    json.key("file")
    json.beginObject()
    json.field("name", Self.name(plan.out))
    json.field("bytes", file.bytes)
    json.field("sha256", file.sha256.hex)
    json.endObject()
    json.field("rows", rows)
  }

  static func name(_ path: String) -> String {
    path.split(separator: "/").last.map { String($0) } ?? path
  }

  private func writeSource(to json: inout JSONWriter) {
    json.key("source")
    json.beginObject()
    json.key("room")
    if let room = plan.room { json.value(room.text) } else { json.null() }
    json.field("epoch", run.reader.state.epoch.id)
    json.field("from", first)
    json.field("to", last)
    json.field("log_start", run.reader.state.start)
    json.field("log_next", run.reader.state.next)
    for (name, time) in [
      ("first_time", run.counts.firstTime), ("last_time", run.counts.lastTime),
    ] as [(StaticString, Int64?)] {
      json.key(name)
      if let time = time.flatMap({ plan.timing.shown($0) }) {
        json.value(time)
      } else {
        json.null()
      }
    }
    json.field("digest_of", plan.room == nil ? "log" : "room")
    json.field("digest", digest)
    json.endObject()
  }

  private func writeCounts(to json: inout JSONWriter) {
    json.key("counts")
    json.beginObject()
    json.field("events", run.counts.events)
    json.field("keystrokes", run.counts.keystrokes)
    json.field("messages", run.counts.messages)
    json.field("replies", run.counts.replies)
    json.field("participants", run.counts.people.count)
    json.endObject()
  }

  private func writePrivacy(to json: inout JSONWriter) {
    json.key("privacy")
    json.beginObject()
    json.field("pseudonyms", Self.pseudonyms(plan))
    if let pseudonyms = run.disguise.pseudonyms, plan.key != nil {
      json.field("key_id", pseudonyms.keyID)
    }
    json.field("timing", plan.timing.rawValue)
    json.field("hidden", plan.includesHidden ? "included" : "left_out")
    json.endObject()
  }

  private static func writeColumns(to json: inout JSONWriter) {
    json.key("columns")
    json.beginArray()
    for column in KeystrokeColumn.all {
      json.beginObject()
      json.field("name", column.name)
      json.field("type", column.type)
      json.field("optional", column.isOptional)
      json.field("meaning", column.meaning)
      json.endObject()
    }
    json.endArray()
  }

  private func writeGaps(to json: inout JSONWriter) {
    json.key("gaps")
    json.beginArray()
    if first > 0, first == run.reader.state.start {
      Self.write("before the log's first offset: dropped by retention", first, 0, first - 1, &json)
    }
    for gap in run.counts.gaps where gap.count > 0 {
      Self.write(gap.what, gap.count, gap.first, gap.last, &json)
    }
    json.endArray()
  }

  private static func write(
    _ what: String, _ count: Int64, _ first: Int64, _ last: Int64, _ json: inout JSONWriter
  ) {
    json.beginObject()
    json.field("what", what)
    json.field("count", count)
    json.field("first", first)
    json.field("last", last)
    json.endObject()
  }
}
