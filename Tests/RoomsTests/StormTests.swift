import Chat
import Testing

@testable import Rooms

/// Everybody comes back at once.
@Suite struct StormTests {
  private static let clients = 5_000

  private static func session(_ index: Int) -> String { "\(SessionID(bits: UInt32(index)))" }

  @Test func `five thousand resume behind a restart, exactly, and one snapshot serves the others`()
    throws
  {
    let world = try World()
    let sent = try Self.fill(world)
    let before = world.admission.counts
    try world.restart()
    let typist = world.open()
    let back = typist.hello("aaaaa", #","token":"\#(sent.token)""#)
    #expect(back.of("welcome").first?.integer("seq") == 2, "written once, and known")
    // Half of them with a cursor from before, half without.
    let clients = (0..<Self.clients).map { index in
      let client = world.open()
      let from = index % 2 == 0 ? #","from":"\#(sent.cursor)""# : ""
      client.say(
        #"{"type":"hello","session":"\#(Self.session(index))","watch":true\#(from)}"#)
      return client
    }
    world.settle()
    for (index, client) in clients.enumerated() {
      let heard = client.take()
      #expect(heard.of("welcome").count == 1)
      guard index % 2 == 0 else {
        #expect(heard.of("snapshot").first?.array("items")?.count == 1)
        #expect(heard.events.isEmpty)
        continue
      }
      #expect(heard.of("snapshot").isEmpty && heard.of("reset").isEmpty)
      #expect(heard.events.compactMap { $0.string("ins") } == ["b"])
    }
    let counts = world.admission.counts
    #expect(before.welcomes > 0)
    #expect(counts.welcomes == Int64(Self.clients) + 1)
    #expect(counts.resumes == Int64(Self.clients) / 2)
    #expect(counts.snapshotsEncoded == 1, "one room, one state, one snapshot")
  }

  /// One message and one open edit, `b`, behind the cursor.
  private static func fill(_ world: World) throws -> (token: String, cursor: String) {
    let client = world.open()
    let welcome = try #require(client.hello("aaaaa").of("welcome").first)
    client.ask(#"{"type":"send","seq":1,"draft":1,"text":"hello"}"#)
    world.pass(milliseconds: 20_000)
    client.say(#"{"type":"pong"}"#)
    let cursor = try #require(client.take().of("position").last?.string("next"))
    client.ask(
      #"{"type":"edit","seq":2,"draft":2,"at":0,"del":0,"ins":"b","kind":"type"}"#)
    return (welcome.string("token") ?? "", cursor)
  }

  @Test func `what happens in another room makes no new snapshot of this one`() throws {
    let world = try World()
    let (here, there) = (world.open(), world.open("attic"))
    _ = here.hello("aaaaa")
    _ = there.hello("bbbbb")
    _ = world.open().hello("ccccc", #","watch":true"#)
    let before = world.admission.counts.snapshotsEncoded
    there.ask(#"{"type":"send","seq":1,"draft":1,"text":"elsewhere"}"#)
    let late = world.open()
    let heard = late.hello("ddddd", #","watch":true"#)
    #expect(heard.of("snapshot").first?.string("next") == heard.of("welcome").first?.string("next"))
    #expect(world.admission.counts.snapshotsEncoded == before)
    here.ask(#"{"type":"send","seq":1,"draft":1,"text":"here"}"#)
    #expect(late.take().events.last?.string("text") == "here", "and delivery goes on behind it")
    _ = world.open().hello("eeeee", #","watch":true"#)
    #expect(world.admission.counts.snapshotsEncoded == before + 1)
  }

  @Test func `a goodbye spreads those who come back over more time the more they are`() throws {
    let world = try World()
    let clients = (0..<3_000).map { index in
      let client = world.open()
      client.say(#"{"type":"hello","session":"\#(Self.session(index))","watch":true}"#)
      return client
    }
    world.settle()
    world.admission.shutDown(retryMilliseconds: 500)
    world.delivery.pull()
    let retries = clients.compactMap { $0.take().of("bye").first?.integer("retry_ms") }
    #expect(retries.count == clients.count)
    #expect(retries.allSatisfy { (500..<3_500).contains($0) })
    for third in 0..<3 {
      let from = Int64(500 + third * 1_000)
      #expect(retries.count { (from..<from + 1_000).contains($0) } > 800)
    }
  }

  @Test func `what was said before the end is written and acknowledged; what comes later is not`()
    throws
  {
    let world = try World()
    let client = world.open()
    _ = client.hello("aaaaa")
    client.say(#"{"type":"send","seq":1,"draft":1,"text":"in time"}"#)
    world.delivery.endTurn()
    world.admission.endAdmission()
    client.say(#"{"type":"send","seq":2,"draft":2,"text":"too late"}"#)
    world.settle()
    let heard = client.take()
    #expect(heard.of("ack").last?.integer("seq") == 1)
    #expect(heard.events.compactMap { $0.string("text") } == ["in time"])
    #expect(heard.errors.isEmpty)
  }
}
