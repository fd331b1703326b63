import Chat
import Client
import Foundation
import NIOCore
import NIOPosix
import Testing

/// SIGKILL in the middle of replies.
///
/// Invariants checked, wherever in a reply it falls: afterwards no reply is open; what a watcher
/// saw stands in the log as it was seen; each reply ends once, with nothing behind it, and its
/// words are the model's from the first on, none lost and none doubled; the next message is
/// answered whole. Now and then the server ends properly instead, and begins at a checkpoint.
@Suite struct ReplyKillTests {
  private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private static let kills = Int(Given.number("VERBATIM_REPLY_KILLS") ?? 5)
  private static let seed = Given.number("VERBATIM_SEED") ?? UInt64.random(in: 0..<1 << 32)

  /// What the script answers, as the server has it.
  private func script(_ name: String, _ text: String) -> String {
    let words = text.split(separator: " ")
    let count = words.count == 1 ? "one word:" : "\(words.count) words:"
    return "\(name), no model is connected, so this is a script. You wrote \(count) "
      + words.joined(separator: " ") + "."
  }

  /// Says something as somebody new; the offset of what was said, once it is acknowledged.
  private func say(_ text: String, round: Int, as name: String, _ server: ServerProcess) throws
    -> Int64
  {
    let client = try RoomClient(server)
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    let session = "k\(name.lowercased())" + "\(letters[round / 26])\(letters[round % 26])a"
    _ = try client.hello(session, #","name":"\#(name)""#)
    try client.say(
      #"{"type":"edit","seq":1,"draft":1,"at":0,"del":0,"ins":"\#(text)","kind":"paste"}"#)
    try client.say(#"{"type":"send","seq":2,"draft":1}"#)
    return try client.next("ack") { $0.integer("seq") == 2 }.integer("offset") ?? -1
  }

  @Test func `killed at any moment of a reply, nothing of it is open, lost or doubled`() throws {
    print("seed \(Self.seed), \(Self.kills) kills")
    var random = SplitMix(seed: Self.seed)
    let scratch = try Scratch()
    let server = try ServerProcess(
      data: scratch.data, ["--model-url", "script:10", "--replies", "off"])
    var seen: [Int64: String] = [:]
    var next: [(offset: Int64, words: String)] = []
    for round in 0..<Self.kills {
      if Int.random(in: 0..<8, using: &random) == 0 {
        #expect(server.terminate() == 0)
        try server.start(port: server.port)
      }
      let moment = Int.random(in: 0...45, using: &random)
      let watcher = try Watcher.Handle(server, on: Self.group.next()) { [moment] in
        $0.chunks >= moment
      }
      let words = "round \(round) " + String(repeating: "word ", count: 28) + "end"
      let asked = try say(words, round: round, as: "a", server)
      seen[asked] = ""
      _ = try watcher.seen.wait()
      // Not only right behind a chunk.
      usleep(UInt32.random(in: 0..<10_000, using: &random))
      try server.killAndRestart()
      for (offset, event) in try watcher.now().events { seen[offset] = event }
      // There before the question, so that no start of an answer is missed.
      let text = "next \(round)"
      let after = try Watcher.Handle(server, on: Self.group.next()) { seen in
        seen.isAnswered(text) && seen.texts.count == seen.finishes.count
      }
      let offset = try say(text, round: round, as: "b", server)
      next.append((offset, text))
      let answered = try after.seen.wait()
      #expect(answered.isAnswered(text), "seed \(Self.seed), round \(round)")
      for (offset, event) in answered.events { seen[offset] = event }
    }
    #expect(server.terminate() == 0)
    #expect(try verbatim("verify", "--data", scratch.data).status == 0)
    try judge(try LoggedReplies(scratch.data), seen, next)
  }

  private func judge(
    _ log: LoggedReplies, _ seen: [Int64: String], _ next: [(offset: Int64, words: String)]
  ) throws {
    let seed = Self.seed
    for (offset, event) in seen {
      let logged = try #require(log.events[offset], "seed \(seed): offset \(offset) is gone")
      #expect(event.isEmpty || logged == event, "seed \(seed), offset \(offset)")
    }
    #expect(log.faults == [], "seed \(seed)")
    for (offset, reply) in log.replies {
      #expect(reply.finishes.count == 1, "seed \(seed), reply \(offset)")
      let last = try #require(reply.to.max().flatMap { log.messages[$0] })
      let words = script(last.name, last.text)
      let isWhole = reply.finishes == ["stop"]
      #expect(
        isWhole ? reply.text == words : words.hasPrefix(reply.text),
        "seed \(seed), reply \(offset): \(reply.text)")
    }
    for (offset, words) in next {
      let answers = log.replies.values.filter { $0.to.contains(offset) }
      #expect(answers.map(\.finishes) == [["stop"]], "seed \(seed), \(words)")
    }
    let cut = log.replies.values.count { $0.finishes == ["interrupted"] }
    print("\(log.replies.count) replies, \(cut) of them cut off; \(seen.count) events seen")
  }
}

extension Watcher.Seen {
  /// Whether a finished reply gives these words back.
  fileprivate func isAnswered(_ text: String) -> Bool {
    finishes.keys.contains { texts[$0, default: ""].hasSuffix(" \(text).") }
  }
}

/// The replies of a log, read from `dump` by hand.
private struct LoggedReplies {
  struct Reply {
    let to: [Int64]
    var text = ""
    var finishes: [String] = []
  }

  var events: [Int64: String] = [:]
  var replies: [Int64: Reply] = [:]
  var messages: [Int64: (name: String, text: String)] = [:]
  /// What makes no sense where it stands.
  var faults: [String] = []

  init(_ data: String) throws {
    let dump = try verbatim("dump", data, "--json")
    var names: [ParticipantID: String] = [:]
    for line in dump.output.split(separator: "\n") {
      let parsed = try Array(line.utf8).withUnsafeBytes { try JSONParser.parse($0, depth: 12) }
      guard case .object(let object) = parsed, let offset = object.integer("offset"),
        let record = object.object("event"), let event = try? Event.decode(record)
      else { continue }
      events[offset] = String(decoding: event.canonicalJSON, as: UTF8.self)
      switch event {
      case .participantJoined(let by, let name, _, _): names[by] = name
      case .messageSent(let author, _, let text):
        messages[offset] = (names[author.by] ?? "", text)
      case .replyStarted(let start): replies[offset] = Reply(to: start.to)
      case .replyChunk(_, let reply, let text):
        if replies[reply]?.finishes != [] { faults.append("a chunk of a closed reply, \(offset)") }
        replies[reply]?.text += text
      case .replyFinished(let finish):
        replies[finish.reply]?.finishes.append(finish.finish.rawValue)
      default: break
      }
    }
  }
}
