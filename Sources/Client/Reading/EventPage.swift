/// One answer of `GET /rooms/{room}/events?from=&limit=`: JSON lines
/// `{"offset","time","room","event"}`, and the cursor to go on from in the answer's headers or in
/// a last line `{"next"}`.
struct EventPage {
  struct Line {
    var offset: Int64
    var time: Int64
    /// The log's bytes of the event.
    var event: Range<Int>
  }

  private(set) var lines: [Line] = []
  private(set) var next: String?

  init(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      if end > start { try read(bytes, start..<end) }
      start = end + 1
    }
  }

  private mutating func read(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>
  ) throws(WireError) {
    var scanner = JSONScanner(UnsafeRawBufferPointer(rebasing: bytes[range]))
    var offset: Int64?
    var time: Int64?
    var event: Range<Int>?
    var more = try scanner.enterObject()
    while more {
      let name = try scanner.name()
      if name.equals("offset") {
        offset = try scanner.integer()
      } else if name.equals("time") {
        time = try scanner.integer()
      } else if name.equals("event") {
        event = try scanner.skipValue()
      } else if name.equals("next") {
        next = try scanner.string()
      } else {
        _ = try scanner.skipValue()
      }
      more = try scanner.anotherMember()
    }
    guard let offset else {
      guard next == nil else { return }
      throw .missing("offset")
    }
    guard let time else { throw .missing("time") }
    guard let event else { throw .missing("event") }
    lines.append(
      Line(
        offset: offset, time: time,
        event: event.lowerBound + range.lowerBound..<event.upperBound + range.lowerBound))
  }
}
