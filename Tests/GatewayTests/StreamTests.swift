import Chat
import Gateway
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
