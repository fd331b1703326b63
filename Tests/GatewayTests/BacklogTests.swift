import Chat
import Dispatch
import Glibc
import LogStore
import Projector
import Rooms
import Synchronization
import Testing

@testable import Gateway

/// What waits in the server for a client that does not read: counted in bytes, however much there
/// is to say and however much of it comes at once.
@Suite struct BacklogTests {
  /// What one stalled socket may hold beside its bound: the message that reached it.
  private static let messageBytes = 400 * 1024

  /// Replies of a companion, 64,000 bytes of text each, durable and handed to the loops.
  private static func speak(_ world: World, replies: Int) throws {
    let words = String(repeating: "\u{1F600}", count: Limits.chunkScalars)
    for _ in 0..<replies {
      let start = ReplyStart(by: .companion, provider: "p", model: "m", to: [], context: 0...0)
      guard case .submitted(let reply) = world.admission.propose([.replyStarted(start)], in: .lobby)
      else { throw World.WorldError() }
      let chunk = Event.replyChunk(by: .companion, reply: reply, text: words)
      let end = Event.replyFinished(ReplyFinish(by: .companion, reply: reply, finish: .stop))
      for event in [chunk, chunk, end] {
        _ = world.admission.propose([event], in: .lobby)
      }
      while !world.admission.isSettled {
        world.admission.absorb()
        usleep(100)
      }
    }
  }

  private static func waiting(_ world: World) throws -> Int {
    let lines = try world.get("/metrics").text.split(separator: "\n")
    let line = try #require(lines.first { $0.hasPrefix("verbatim_sockets_waiting_bytes ") })
    return try #require(line.split(separator: " ").last.flatMap { Int($0) })
  }

  @Test func `a reader that never reads holds a bounded number of bytes, and gets the rest later`()
    throws
  {
    let gate = Gate()
    let world = try World(gateway: {
      $0.loops = 1
      $0.modelStatus = { gate.pass() }
    })
    let stalled = try world.socket(receiveBuffer: 16 * 1024)
    stalled.say(#"{"type":"hello","session":"sssss","last":0}"#)
    let begin = try stalled.message("snapshot")
    let (keen, _) = try world.enter("aaaaa", #","watch":true"#)
    // The loop stands still while the log goes on: all of this comes in one sweep.
    let asked = try world.connect()
    gate.shut()
    asked.send(request: "GET /version")
    gate.waitUntilEntered()
    try Self.speak(world, replies: 120)
    gate.open()
    _ = try asked.reply()
    let last = try #require(world.admission.state(of: .lobby)?.lastOffset)
    var read: Int64 = -1
    while read < last { read = Self.end(of: try keen.message("events")) }
    // Twice: what it holds does not grow with what is said.
    let bound = RoomSocket.waitingBytes + Self.messageBytes
    #expect(try Self.waiting(world) > 0, "the kernel held everything: nothing was tried")
    #expect(try Self.waiting(world) <= bound)
    try Self.speak(world, replies: 20)
    let end = try #require(world.admission.state(of: .lobby)?.lastOffset)
    while read < end { read = Self.end(of: try keen.message("events")) }
    #expect(try Self.waiting(world) <= bound)
    // And all of it comes on the same connection, once and in order.
    var place = begin.integer("prev") ?? -1
    while place < end {
      let frame = try stalled.message("events")
      #expect(frame.integer("prev") == place)
      place = Self.end(of: frame)
    }
    #expect(place == end)
    try world.wait(for: "verbatim_sockets_waiting_bytes 0\n")
  }

  @Test func `acknowledgements do not pile up: the newest waits`() throws {
    let world = try World(gateway: { $0.loops = 1 })
    let writer = try world.socket(receiveBuffer: 16 * 1024)
    writer.say(#"{"type":"hello","session":"aaaaa","last":0}"#)
    _ = try writer.message("snapshot")
    // The companion fills its socket while it types, one commit a key.
    try Self.speak(world, replies: 120)
    for seq in 1...500 {
      writer.say(
        #"{"type":"edit","seq":\#(seq),"draft":1,"at":0,"del":0,"ins":"a","kind":"type"}"#)
    }
    #expect(try Self.waiting(world) <= RoomSocket.waitingBytes + Self.messageBytes)
    var (acked, place): (Int64, Int64) = (0, -1)
    while acked < 500 {
      let message = try writer.message()
      if message.string("type") == "events" { place = Self.end(of: message) }
      guard message.string("type") == "ack" else { continue }
      let seq = try #require(message.integer("seq"))
      #expect(seq > acked, "cumulative, each newer")
      #expect(try #require(message.integer("offset")) <= place, "behind the events that hold it")
      acked = seq
    }
  }

  /// The offset of a frame's last event.
  private static func end(of frame: JSONObject) -> Int64 {
    let parts = (frame.string("next") ?? "").split(separator: ".")
    return parts.last.flatMap { Int64($0) } ?? -1
  }
}

/// Stops whoever passes while it is shut.
private final class Gate: Sendable {
  private let isShut = Mutex(false)
  private let entered = DispatchSemaphore(value: 0)
  private let way = DispatchSemaphore(value: 0)

  func shut() { isShut.withLock { $0 = true } }

  func open() {
    isShut.withLock { $0 = false }
    way.signal()
  }

  func waitUntilEntered() { entered.wait() }

  func pass() -> String {
    guard isShut.withLock({ $0 }) else { return "none" }
    entered.signal()
    way.wait()
    return "none"
  }
}
