import Chat
import Testing

@testable import Client

@Suite struct WireTests {
  private func parse<Answer>(
    _ text: String, _ body: (ServerMessage) throws -> Answer
  ) throws -> Answer {
    try Array(text.utf8).withUnsafeBytes { try body(try ServerMessage($0)) }
  }

  private func fails(_ text: String) -> Bool {
    Array(text.utf8).withUnsafeBytes { (try? ServerMessage($0)) == nil }
  }

  @Test func `a frame of events is cut into the log's own bytes`() throws {
    let events = [
      #"{"type":"draft.edited","ins":"]}{[\\\"","at":0}"#, #"{"a":{"b":[1,{}]}}"#, "{}",
    ]
    let text =
      #"{"type":"events","prev":-1,"first":7,"next":"e.10.9","times":[100,200,200],"events":["#
      + events.joined(separator: ",") + "]}"
    try parse(text) { message in
      guard case .events(let frame) = message else { throw WireError.missing("events") }
      #expect(frame.prev == -1 && frame.first == 7 && frame.next == "e.10.9")
      #expect((0..<frame.count).map { frame.offset(at: $0) } == [7, 8, 9])
      #expect(try frame.times() == [100, 200, 200])
      let cut = (0..<frame.count).map {
        String(decoding: frame.event(at: $0), as: UTF8.self)
      }
      #expect(cut == events)
    }
  }

  @Test func `offsets with holes are taken as they are given`() throws {
    let text =
      #" { "events" : [ {} , {} ] , "times":[1,2],"offsets":[4,9],"next":"n","first":4,"#
      + #""prev":3,"type":"events","extra":[{"x":"]"}]}"#
    try parse(text) { message in
      guard case .events(let frame) = message else { throw WireError.missing("events") }
      #expect(frame.offset(at: 1) == 9 && frame.last == 9)
    }
  }

  @Test(arguments: [
    #"{"type":"events","prev":-1,"first":0,"next":"n","times":[],"events":[{}"#,
    #"{"type":"events","prev":-1,"first":0,"next":"n","times":[],"events":[1]}"#,
    #"{"type":"events","first":0,"next":"n","times":[],"events":[]}"#,
    #"{"type":"events","prev":1,"first":2,"offsets":[2],"next":"n","times":[],"events":[{},{}]}"#,
    #"{"type":"events","prev":1,"first":2,"offsets":[5,4],"next":"n","events":[{},{}]}"#,
    #"{"type":"ack","seq":1}"#, #"{"type":"ack","seq":1,"offset":1e3}"#, #"{"type":"#, "", "[]",
    "{}", #"{"type":"welcome"}"#, #"{"type":"snapshot","prev":1}"#, #"{"type":"position"}"#,
    #"{"type":"welcome","epoch":"e","next":"n","participant":"nobody"}"#,
    #"{"type":"events","prev":99999999999999999999,"first":0,"next":"n","events":[]}"#,
  ])
  func `what is no message is an error`(text: String) { #expect(fails(text)) }

  @Test func `no prefix of a message traps or passes`() throws {
    let text =
      #"{"type":"events","prev":3,"first":4,"next":"n\"","times":[1],"events":[{"a":"\\"}]}"#
    for count in 0..<text.utf8.count {
      #expect(fails(String(decoding: text.utf8.prefix(count), as: UTF8.self)))
    }
  }

  @Test func `brackets past any sense are refused, not recursed into`() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(fails(#"{"type":"snapshot","prev":0,"next":"n","items":\#(deep)"#))
  }

  @Test func `small messages are read field by field`() throws {
    try parse(#"{"type":"ack","seq":3,"offset":44}"#) { message in
      guard case .ack(3, 44) = message else { throw WireError.missing("ack") }
    }
    try parse(#"{"type":"error","code":"draft_closed","message":"m","seq":3,"expected":3,"x":1}"#) {
      guard case .error(let error) = $0 else { throw WireError.missing("error") }
      #expect(error.code == "draft_closed" && error.expected == 3 && error.limit == nil)
    }
    try parse(#"{"type":"unavailable","retry_ms":70}"#) { message in
      guard case .error(let error) = message else { throw WireError.missing("error") }
      #expect(error.code == "unavailable" && error.retryMilliseconds == 70)
    }
    try parse(#"{"type":"bye","code":4100,"reason":"session_taken"}"#) { message in
      guard case .bye(let bye) = message else { throw WireError.missing("bye") }
      #expect(bye.code == 4_100 && bye.retryMilliseconds == nil)
    }
    try parse(#"{"type":"snapshot","prev":-1,"next":"n","items":[{"a":[1]}],"total":0}"#) {
      guard case .snapshot(let snapshot) = $0 else { throw WireError.missing("snapshot") }
      #expect(snapshot.prev == -1 && snapshot.total == 0)
      #expect(String(decoding: snapshot.items, as: UTF8.self) == #"[{"a":[1]}]"#)
    }
    try parse(#"{"type":"novelty","a":{}}"#) { message in
      guard case .unknown("novelty") = message else { throw WireError.missing("novelty") }
    }
  }

  @Test func `client messages are written as the protocol has them`() {
    func text(_ message: ClientMessage) -> String { String(decoding: message.json, as: UTF8.self) }
    var hello = Hello(session: SessionID(bits: 0))
    #expect(text(.hello(hello)) == #"{"type":"hello","session":"22222"}"#)
    hello.from = "e.1.0"
    hello.token = "t"
    hello.watch = true
    #expect(
      text(.hello(hello))
        == #"{"type":"hello","session":"22222","from":"e.1.0","token":"t","watch":true}"#)
    let edit = Edit(at: 2, del: 1, ins: "\"ü", kind: .paste)
    #expect(
      text(.edit(seq: 5, draft: 1, edit, t: 9))
        == #"{"type":"edit","seq":5,"draft":1,"at":2,"del":1,"ins":"\"ü","kind":"paste","t":9}"#)
    #expect(text(.send(seq: 6, draft: 1, text: nil)) == #"{"type":"send","seq":6,"draft":1}"#)
    #expect(text(.leave) == #"{"type":"leave"}"#)
    #expect(text(.history(before: 7, limit: 5)) == #"{"type":"history","before":7,"limit":5}"#)
  }

  @Test func `server URLs are read or refused in words`() throws {
    func read(_ url: String) throws -> ServerAddress { try ServerAddress(url: url) }
    #expect(try read("http://127.0.0.1:8080") == ServerAddress(host: "127.0.0.1", port: 8_080))
    #expect(try read("WS://chat.example/") == ServerAddress(host: "chat.example", port: 80))
    #expect(try read("http://[::1]:9") == ServerAddress(host: "::1", port: 9))
    #expect(try read("http://[::1]").authority == "[::1]:80")
    #expect(throws: ServerAddressError.noScheme("localhost:8080")) { try read("localhost:8080") }
    #expect(throws: ServerAddressError.needsTLS("https://a")) { try read("https://a") }
    #expect(throws: ServerAddressError.unknownScheme("ftp")) { try read("ftp://a") }
    #expect(throws: ServerAddressError.hasPath("http://a/rooms/x")) { try read("http://a/rooms/x") }
    for port in ["0", "65536", "-1", "", "8a"] {
      #expect(throws: ServerAddressError.badPort(port)) { try read("http://a:\(port)") }
    }
    for url in ["http://", "http://:80", "http://u@a", "http://a b", "http://[::1"] {
      #expect(throws: ServerAddressError.noHost(url)) { try read(url) }
    }
  }
}
