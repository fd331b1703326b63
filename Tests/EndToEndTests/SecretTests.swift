import Chat
import Client
import Foundation
import Testing

/// What a server says on standard error while people use it, and while they misuse it.
@Suite(.serialized) struct SecretTests {
  @Test func `no token, no address and no word gets into the server's talk or counters`() throws {
    let scratch = try Scratch()
    let server = try ServerProcess(
      data: scratch.data,
      ["--model-url", "none", "--limits", "on", "--behind-proxy", "127.0.0.1/32"])
    let mara = try RoomClient(server)
    let welcome = try mara.hello("aaaaa", #","name":"Zephyrine""#)
    let token = try #require(welcome.string("token"))
    try mara.say(#"{"type":"send","seq":1,"draft":1,"text":"quixotic marmalade"}"#)
    #expect(try mara.ackOrError(1).isEmpty)
    // Wrong in every way that might be worth a line.
    try mara.say(#"{"type":"edit","quixotic":"\#(token)""#)
    try mara.say(#"{"type":"send","seq":9,"draft":1,"text":"quixotic marmalade"}"#)
    try mara.next("error")
    let stranger = try RoomClient(server)
    try stranger.say(#"{"type":"hello","session":"bbbbb","token":"x\#(token)"}"#)
    #expect(try stranger.next("error").string("code") == "bad_token")
    for path in ["/rooms/lobby/events?token=\(token)", "/quixotic/\(token)", "/rooms/QUIXOTIC"] {
      _ = try HTTP.exchange(server.url + path, headers: ["X-Forwarded-For": "203.0.113.77"])
    }
    var streams: [Int] = []
    for _ in 0..<3 {
      streams.append(
        try HTTP.exchange(
          server.url + "/rooms/lobby/socket",
          headers: ["X-Forwarded-For": "203.0.113.77", "Origin": "https://evil.example"]
        ).status)
    }
    #expect(streams.allSatisfy { $0 >= 400 })
    let metrics = try server.get("/metrics")
    try mara.say(#"{"type":"leave"}"#)
    _ = try mara.closing()
    #expect(server.terminate() == 0)
    let talk = server.stderr
    #expect(talk.contains("listening"))
    let secrets = [
      token, "quixotic", "marmalade", "Zephyrine", "203.0.113.77", "evil.example", "127.0.0.1",
      welcome.string("participant") ?? "?",
    ]
    for secret in secrets {
      #expect(!talk.lowercased().contains(secret.lowercased()), "\(secret) in \(talk)")
      #expect(!metrics.lowercased().contains(secret.lowercased()))
    }
  }

  @Test(arguments: [
    (["--listen", "0.0.0.0:0"], "--behind-proxy"),
    (["--behind-proxy", "proxy.example"], "10.0.0.0/8"),
    (["--behind-proxy", "10.0.0.0/8", "--plaintext"], "say one"),
    (["--origin", "chat.example"], "http(s)://HOST"),
    (["--origin", "https://chat.example/room"], "http(s)://HOST"),
    (["--limits", "perhaps"], "on or off"),
  ])
  func `a door that cannot be as it was said is refused in words`(
    _ flags: [String], _ words: String
  ) throws {
    try expectRefusal(of: flags, saying: words)
  }
}
