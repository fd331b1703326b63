import Chat
import Rooms

/// One client's side: what it needs to come back, and what it must be told.
struct WatchedClient {
  var slot: Int32 = -1
  private var token = ""
  private var cursor = ""
  private var seq: Int64 = 0
  /// The room's last event it has; nil: not told yet, or it does not listen.
  private var last: Int64?
  private var isWelcome = false

  mutating func opened(_ slot: Int32) {
    self.slot = slot
    last = nil
    isWelcome = false
  }

  /// The message with the client's own things in their places.
  mutating func filled(_ bytes: [UInt8]) -> [UInt8] {
    var filled: [UInt8] = []
    var rest = bytes[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "$"), let name = rest.first else {
        filled.append(byte)
        continue
      }
      switch name {
      case UInt8(ascii: "t"): filled += Array(token.utf8)
      case UInt8(ascii: "c"): filled += Array(cursor.utf8)
      case UInt8(ascii: "q"):
        seq += 1
        filled += Array(String(seq).utf8)
      default:
        filled += [byte, name]
      }
      rest = rest.dropFirst()
    }
    return filled
  }

  mutating func hear(_ message: JSONObject) {
    switch message.string("type") {
    case "welcome":
      require(!isWelcome, "one welcome a connection")
      isWelcome = true
      token = message.string("token") ?? token
      seq = message.integer("seq") ?? seq
      guard let next = message.string("next"), let place = Cursor(next) else {
        fatalError("a welcome has a cursor")
      }
      cursor = next
      last = place.previous
    case "snapshot":
      require(Self.previous(message) == last, "a snapshot ends where delivery begins")
    case "events": events(message)
    case "ack":
      guard let offset = message.integer("offset") else { fatalError("an ack has an offset") }
      if let last, hasEvents { require(offset <= last, "an ack comes behind its events") }
    case "error": refused(message)
    case "position": cursor = message.string("next") ?? cursor
    case "bye", "page", "ping", "reset": break
    case let other: fatalError("a message of type \(other ?? "nothing")")
    }
  }

  /// Whether this connection was ever given events: one that does not listen is not.
  private var hasEvents = false

  private mutating func events(_ message: JSONObject) {
    let previous = Self.previous(message)
    guard let first = message.integer("first"), let events = message.array("events"),
      let next = message.string("next"), let times = message.array("times")
    else { fatalError("events have all their fields") }
    require(isWelcome, "nothing before the welcome")
    require(previous == last, "events behind \(previous) for one who has \(last ?? -2)")
    require(!events.isEmpty && times.count == events.count, "a time an event")
    var offsets = events.indices.map { first + Int64($0) }
    if let given = message.array("offsets") {
      offsets = given.compactMap { if case .integer(let offset) = $0 { offset } else { nil } }
    }
    require(offsets.count == events.count && offsets.first == first, "an offset an event")
    require(zip(offsets, offsets.dropFirst()).allSatisfy(<), "offsets rise")
    require(offsets[0] > previous, "and begin behind the last")
    last = offsets.last
    cursor = next
    hasEvents = true
    require(Cursor(next)?.previous == last, "the cursor is behind these events")
  }

  /// −1 is no integer of canonical JSON, and stands for none.
  private static func previous(_ message: JSONObject) -> Int64 { message.integer("prev") ?? -1 }

  private mutating func refused(_ message: JSONObject) {
    require(message.string("code")?.isEmpty == false, "an error has a code")
    require(message.string("message")?.isEmpty == false, "and words")
    if let expected = message.integer("expected") { seq = expected - 1 }
  }
}

/// Sockets whose other end is this program; what is written must be JSON.
final class WatchedSink: SocketSink {
  private var written: [(Int32, JSONObject)] = []
  private var closed: [Int32] = []
  var blocked: Set<Int32> = []

  func wire(_ frame: Frame) -> Frame { frame }

  func write(_ wire: Frame, to slot: Int32) -> Bool {
    let parsed = wire.payload.withUnsafeBytes { try? JSONParser.parse($0, depth: 12) }
    guard case .object(let object)? = parsed else { fatalError("the server wrote no JSON object") }
    written.append((slot, object))
    return !blocked.contains(slot)
  }

  func ping(_ slot: Int32) {}
  func close(_ slot: Int32, _ reason: CloseReason) { closed.append(slot) }
  func pauseReading(_ slot: Int32, _ pause: Bool) {}
  func flush() {}

  func forget(_ slot: Int32) {
    blocked.remove(slot)
    closed.removeAll { $0 == slot }
    written.removeAll { $0.0 == slot }
  }

  func take() -> [(Int32, JSONObject)] {
    defer { written = [] }
    return written
  }

  func takeClosed() -> [Int32] {
    defer { closed = [] }
    return closed
  }
}
