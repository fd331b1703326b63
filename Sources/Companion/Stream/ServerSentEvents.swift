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
  private var sawUnknownField = false

  private static let fields = ["data", "event", "id", "retry"].map { Array($0.utf8) }
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Something came that no server of events says: this is another kind of answer.
  var isForeign: Bool {
    let field = line.prefix { $0 != UInt8(ascii: ":") }
    return sawUnknownField
      || !Self.fields.contains { $0.starts(with: field) } && !Self.mark.starts(with: field)
  }

  /// Appends the events that these bytes complete, in order; after a fault, which leaves those
  /// before it in `events`, the stream is worth nothing more.
  mutating func feed(_ bytes: UnsafeRawBufferPointer, into events: inout [Event]) throws(Fault) {
    var start = 0
    while start < bytes.count {
      if endedWithCR {
        endedWithCR = false
        if bytes[start] == UInt8(ascii: "\n") { start += 1 }
        continue
      }
      let end = Self.lineEnd(in: bytes, from: start)
      guard line.count + (end - start) <= Self.lineBytes else {
        throw .lineTooLong(limitBytes: Self.lineBytes)
      }
      line.append(contentsOf: bytes[start..<end])
      guard end < bytes.count else { return }
      endedWithCR = bytes[end] == UInt8(ascii: "\r")
      start = end + 1
      if let event = try endLine() { events.append(event) }
    }
  }

  /// The position of the first CR or LF, or the end.
  private static func lineEnd(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "\n"), bytes[end] != UInt8(ascii: "\r") {
      end += 1
    }
    return end
  }

  private mutating func endLine() throws(Fault) -> Event? {
    defer { line.removeAll(keepingCapacity: true) }
    if isFirstLine {
      isFirstLine = false
      if line.starts(with: Self.mark) { line.removeFirst(Self.mark.count) }
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
    } else if !field.isEmpty, !Self.fields.contains(where: { $0.elementsEqual(field) }) {
      sawUnknownField = true
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
