internal import Chat
internal import LogStore

/// What a repair says.
extension RepairReport {
  /// In words, one fact a line.
  var lines: [String] {
    if isSound { return ["nothing is wrong, nothing was written; kept: \(Self.words(kept))"] }
    var lines = damage.map { "found: \($0.file) at byte \($0.position): \($0.what)" }
    lines.append("kept: \(Self.words(kept))")
    for range in mended { lines.append("set right: \(Self.words(range))") }
    for range in lost {
      let isInside = range.lowerBound >= kept.lowerBound && range.upperBound <= kept.upperBound
      lines.append(
        "lost: \(Self.words(range))" + (isInside ? "; placeholders stand there now" : ""))
    }
    if lost.isEmpty { lines.append("lost: nothing") }
    if tornBytes > 0 {
      lines.append("cut: \(tornBytes) bytes at the end, of what was never acknowledged")
    }
    if let newEpoch {
      lines.append("a new epoch, \(newEpoch.id), begins at offset \(newEpoch.start)")
    }
    if let aside { lines.append("the files as they were: \(aside)") }
    return lines
  }

  private static func words(_ range: Range<Int64>) -> String {
    switch range.count {
    case 0: "no records; the next offset is \(range.lowerBound)"
    case 1: "offset \(range.lowerBound)"
    default: "offsets \(range.lowerBound) to \(range.upperBound - 1)"
    }
  }

  /// One object; `new_epoch` and `aside` are left out where there is none.
  var json: [UInt8] {
    var json = JSONWriter(reserving: 512)
    json.beginObject()
    json.field("ok", isSound)
    json.key("damage")
    json.beginArray()
    for found in damage {
      json.beginObject()
      json.field("file", found.file)
      json.field("position", found.position)
      json.field("offset", found.offset)
      json.field("what", found.what)
      json.endObject()
    }
    json.endArray()
    json.field("start", kept.lowerBound)
    json.field("next", kept.upperBound)
    json.key("lost")
    Self.write(lost, to: &json)
    json.key("set_right")
    Self.write(mended, to: &json)
    json.field("lost_records", lostRecords)
    json.field("cut_bytes", tornBytes)
    if let newEpoch { json.field("new_epoch", newEpoch.id) }
    if let aside { json.field("aside", aside) }
    json.endObject()
    return json.bytes
  }

  private static func write(_ ranges: [Range<Int64>], to json: inout JSONWriter) {
    json.beginArray()
    for range in ranges {
      json.beginObject()
      json.field("first", range.lowerBound)
      json.field("last", range.upperBound - 1)
      json.endObject()
    }
    json.endArray()
  }
}
