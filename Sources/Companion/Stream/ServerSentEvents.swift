/// Reads a stream of server-sent events (WHATWG HTML §9.2.6) from bytes cut anywhere.
///
///     line   = *byte ( LF / CR / CRLF )
///     event  = *( "data" [":" [" "] value] / "event" … / ":" comment ) empty-line
///
/// Several `data` lines are joined by LF; an event without any is none. `id`, `retry` and unknown
/// fields are left out. What stands behind the last empty line when the stream ends is no event.
struct ServerSentEvents {
  struct Event: Equatable {
    /// The `event` field; empty when it was not given.
    var name: [UInt8] = []
    var data: [UInt8] = []
  }

  enum Fault: Error, Equatable {
    case lineTooLong(limitBytes: Int)
    case eventTooLarge(limitBytes: Int)
  }

  /// Bytes of one line.
  static let lineBytes = 64 * 1024
  /// Bytes of all data of one event.
  static let eventBytes = 128 * 1024

  private var line: [UInt8] = []
  private var isFirstLine = true
  /// The last byte was a CR: an LF that follows belongs to it.
  private var endedWithCR = false
  private var event = Event()
  private var hasData = false

  /// The events these bytes complete, in order; after a fault the stream is worth nothing more.
  mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(Fault) -> [Event] {
    var events: [Event] = []
    for byte in bytes {
      let belongsToCR = endedWithCR && byte == UInt8(ascii: "\n")
      endedWithCR = byte == UInt8(ascii: "\r")
      if belongsToCR { continue }
      if endedWithCR || byte == UInt8(ascii: "\n") {
        if let event = try endLine() { events.append(event) }
      } else {
        guard line.count < Self.lineBytes else {
          throw .lineTooLong(limitBytes: Self.lineBytes)
        }
        line.append(byte)
      }
    }
    return events
  }

  private mutating func endLine() throws(Fault) -> Event? {
    defer { line.removeAll(keepingCapacity: true) }
    if isFirstLine {
      isFirstLine = false
      if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
    }
    guard !line.isEmpty else { return endEvent() }
    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    var value = line[min(colon + 1, line.endIndex)...]
    if value.first == UInt8(ascii: " ") { value.removeFirst() }
    let field = line[..<colon]
    if field.elementsEqual("data".utf8) {
      guard event.data.count + value.count < Self.eventBytes else {
        throw .eventTooLarge(limitBytes: Self.eventBytes)
      }
      if hasData { event.data.append(UInt8(ascii: "\n")) }
      hasData = true
      event.data.append(contentsOf: value)
    } else if field.elementsEqual("event".utf8) {
      event.name = Array(value)
    }
    return nil
  }

  private mutating func endEvent() -> Event? {
    defer {
      event = Event()
      hasData = false
    }
    return hasData ? event : nil
  }
}
