internal import Chat
internal import LogStore

/// One record as a line: for programs, and for people.
enum EventLine {
  /// `{"offset":…,"time":…,"room":…,"event":<the log's bytes>}`; a value that is no JSON comes as
  /// `"raw"`, in hex, so that the line always is.
  ///
  /// - Parameter time: in the place of the record's own, if given; nil inside: `null`.
  static func json(_ record: RecordView, time: Int64?? = .none) -> [UInt8] {
    var json = JSONWriter(reserving: 96 + record.value.count)
    json.beginObject()
    json.field("offset", record.offset)
    json.key("time")
    if let time = time ?? record.timestamp { json.value(time) } else { json.null() }
    if let room = room(of: record) {
      json.field("room", room)
    } else {
      json.key("room")
      json.null()
    }
    if isJSON(record.value) {
      json.key("event")
      json.value(json: record.value)
    } else {
      json.field("raw", hex(record.value))
    }
    json.endObject()
    return json.bytes
  }

  /// `41 2026-01-02T03:04:05.678Z lobby {…}`.
  static func text(_ record: RecordView) -> String {
    let event = String(decoding: record.value, as: UTF8.self)
    let room = room(of: record) ?? "-"
    return TerminalText.line(
      "\(record.offset) \(UTCTime.text(record.timestamp)) \(room) \(event)")
  }

  static func room(of record: RecordView) -> String? {
    record.key.map { String(decoding: $0, as: UTF8.self) }
  }

  private static func isJSON(_ value: UnsafeRawBufferPointer) -> Bool {
    if let edit = EditView(value), edit.isSurelyCanonical { return true }
    return !value.contains(UInt8(ascii: "\n")) && (try? JSONParser.parse(value)) != nil
  }

  private static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
