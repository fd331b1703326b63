import Chat
import Dispatch
import Gateway
import LogStore
import Rooms
import Testing

@Suite struct StreamTests {
  private static func stream(_ world: World, _ headers: [String] = []) throws -> TCP {
    let stream = try world.connect()
    stream.send(
      request: "GET /rooms/lobby/events", ["Accept: text/event-stream"] + headers)
    return stream
  }

  @Test(arguments: ["nonsense", "aaaaaaaa.5.4", "-1", "999999", "a.b.c", "0.0"])
  func `an id that is not good here is told as a reset, and the stream goes on`(id: String) throws {
    let world = try World()
    let lost = try Self.stream(world, ["Last-Event-ID: \(id)"])
    #expect(try lost.readLine() == "HTTP/1.1 200 OK")
    #expect(try lost.event().data == #"{"type":"reset"}"#)
    let (ada, _) = try world.enter("aaaaa")
    ada.say(#"{"type":"send","seq":1,"draft":1,"text":"after"}"#)
    while !(try lost.event().data.contains(#""text":"after""#)) {}
  }

  @Test func `a bad place in the address is refused`() throws {
    let world = try World()
    for (place, status) in [("nonsense", 400), ("-1", 410), ("999999", 410), ("aaaaaaaa.5.4", 410)]
    {
      let reply = try world.get("/rooms/lobby/events?from=\(place)")
      #expect(reply.status == status, "\(place)")
    }
  }

  @Test func `what is hidden is masked in a stream that is open, and in every replay`() throws {
    let world = try World()
    let (ada, _) = try world.enter("aaaaa")
    let before = world.log.state.next
    ada.say(
      #"{"type":"edit","seq":1,"draft":1,"at":0,"del":0,"ins":"zanzibar","kind":"type"}"#)
    let open = try Self.stream(world, ["Last-Event-ID: \(before)"])
    ada.say(#"{"type":"send","seq":2,"draft":1}"#)
    var ids: [String] = []
    var offset: Int64 = -1
    while offset < 0 {
      let (id, data) = try open.event()
      ids.append(id)
      if data.contains("message.sent") {
        #expect(data.contains("zanzibar"), "nobody has hidden it yet")
        offset = try #require(JSONParser.line(data).integer("offset"))
      }
    }
    let done = DispatchSemaphore(value: 0)
    world.admission.perform(.hide(message: offset, reason: "spam"), in: .lobby) { _ in
      done.signal()
    }
    while done.wait(timeout: .now() + .milliseconds(1)) == .timedOut {}
    // The stream that was open is told, and goes on masked, whatever refers to it.
    var seen = ""
    while !seen.contains("message.hidden") { seen = try open.event().data }
    // A replay, from before it and from between its own events, has marks at the same offsets.
    for id in ["\(before)"] + ids {
      let replay = try Self.stream(world, ["Last-Event-ID: \(id)"])
      var marks: [Int64] = []
      var data = ""
      while !data.contains("message.hidden") {
        data = try replay.event().data
        #expect(!data.contains("zanzibar"), "replayed from \(id)")
        let line = try JSONParser.line(data)
        if data.contains(#""event":{"type":"hidden"}"#) {
          marks.append(try #require(line.integer("offset")))
        }
      }
      if id == "\(before)" { #expect(marks.count == 2 && marks.last == offset) }
    }
  }

  @Test func `every event comes once, however often a stream is resumed`() throws {
    let world = try World()
    let (ada, _) = try world.enter("aaaaa")
    var stream = try Self.stream(world)
    _ = try stream.readLine()
    var texts: [String] = []
    for seq in 1...20 {
      ada.say(#"{"type":"send","seq":\#(seq),"draft":\#(seq),"text":"<\#(seq)>"}"#)
      var (id, data) = try stream.event()
      while !data.contains("message.sent") { (id, data) = try stream.event() }
      texts.append(data)
      if seq % 5 == 0 { stream = try Self.stream(world, ["Last-Event-ID: \(id)"]) }
    }
    for (index, text) in texts.enumerated() { #expect(text.contains("<\(index + 1)>")) }
  }
}

extension JSONParser {
  /// One line as an object.
  fileprivate static func line(_ text: String) throws -> JSONObject {
    let value = try Array(text.utf8).withUnsafeBytes { try JSONParser.parse($0, depth: 8) }
    guard case .object(let object) = value else { throw World.WorldError() }
    return object
  }
}
