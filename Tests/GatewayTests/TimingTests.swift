import Chat
import LogStore
import Projector
import Rooms
import Testing

/// The rhythm of somebody's keys identifies them: the public gets times to a tenth of a second.
@Suite struct TimingTests {
  private let time = MovedTime()

  /// Types with 37 ms between two keys; returns every time that any door tells.
  private func told(_ world: World) throws -> [Int64] {
    let (ada, _) = try world.enter("aaaaa")
    let begin = world.log.state.next
    var times: [Int64] = []
    for seq in 1...9 {
      time.pass(milliseconds: 37)
      ada.say(
        #"{"type":"edit","seq":\#(seq),"draft":1,"at":\#(seq - 1),"del":0,"ins":"a","#
          + #""kind":"type","t":\#(37 * seq)}"#)
      var isAcked = false
      while !isAcked {
        let message = try ada.message()
        isAcked = message.string("type") == "ack"
        #expect(message.array("events").map { "\($0)".contains("\"t\"") } != true)
        for case .integer(let time) in message.array("times") ?? [] { times.append(time) }
      }
    }
    ada.say(#"{"type":"send","seq":10,"draft":1}"#)
    while try ada.message("ack").integer("seq") != 10 {}
    let lines = try world.get("/rooms/lobby/events?from=\(begin)").text
    #expect(!lines.contains("\"t\":"))
    let stream = try world.connect()
    stream.send(
      request: "GET /rooms/lobby/events", ["Accept: text/event-stream", "Last-Event-ID: \(begin)"])
    var streamed = ""
    while !streamed.contains("message.sent") { streamed += try stream.event().data }
    let page = try world.get("/rooms/lobby/messages").text
    let transcript = try world.get("/rooms/lobby/transcript", ["Accept: application/json"]).text
    for text in [lines, streamed, page, transcript] { times += Self.times(in: text) }
    return times
  }

  /// The numbers behind every `"time":`.
  private static func times(in text: String) -> [Int64] {
    var times: [Int64] = []
    var rest = text[...]
    while let found = rest.firstRange(of: #""time":"#) {
      rest = rest[found.upperBound...]
      if let time = Int64(rest.prefix { $0.isNumber }) { times.append(time) }
    }
    return times
  }

  @Test func `no door tells a time closer than a tenth of a second`() throws {
    let times = try told(try World(time: time))
    #expect(times.count > 30)
    #expect(times.allSatisfy { $0 % 100 == 0 }, "\(times)")
    #expect(Set(times).count > 2, "they are floored, and not the same")
  }

  @Test func `the operator may have them told exactly`() throws {
    let times = try told(try World(rooms: { $0.form.timeGrain = 1 }, time: time))
    #expect(times.contains { $0 % 100 != 0 })
  }
}
