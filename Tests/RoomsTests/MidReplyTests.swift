import Chat
import LogStore
import Projector
import TestSupport
import Testing

@testable import Rooms

/// Who comes, goes and comes again while a reply is being written reads it whole, each word once.
@Suite struct MidReplyTests {
  /// What a client makes of what it gets, by the reply's id alone.
  private struct Reader {
    var texts: [Int64: String] = [:]
    var finished: [Int64: String] = [:]
    var cursor = ""

    mutating func take(_ messages: [JSONObject]) throws {
      for message in messages {
        if message.string("type") == "snapshot" { try begin(message) }
        guard ["events", "snapshot", "position"].contains(message.string("type")) else { continue }
        cursor = message.string("next") ?? cursor
      }
      for event in messages.events {
        guard let reply = event.integer("reply") else { continue }
        if event.string("type") == "reply.chunk" {
          texts[reply, default: ""] += event.string("text") ?? ""
        } else if event.string("type") == "reply.finished" {
          finished[reply] = texts.removeValue(forKey: reply) ?? ""
        }
      }
    }

    /// A snapshot takes the place of everything known.
    private mutating func begin(_ snapshot: JSONObject) throws {
      texts = [:]
      for case .object(let open) in snapshot.array("replies") ?? [] {
        texts[try #require(open.integer("reply"))] = open.string("text")
      }
      for case .object(let item) in snapshot.array("items") ?? [] where item["finish"] != nil {
        finished[try #require(item.integer("offset"))] = item.string("text")
      }
    }
  }

  private let words = (0..<60).map { "word\($0) " }

  private func start(_ world: World) throws -> Int64 {
    let start = ReplyStart(by: .companion, provider: "p", model: "m", to: [], context: 0...0)
    guard case .submitted(let reply) = world.admission.propose([.replyStarted(start)], in: .lobby)
    else { throw World.WorldError() }
    world.settle()
    return reply
  }

  private func say(_ world: World, _ reply: Int64, _ range: Range<Int>) {
    for word in words[range] {
      _ = world.admission.propose(
        [.replyChunk(by: .companion, reply: reply, text: word)], in: .lobby)
      world.settle()
    }
  }

  @Test func `one who joins in the middle has the whole text from its first word`() throws {
    let world = try World()
    let reply = try start(world)
    say(world, reply, 0..<30)
    let late = world.open()
    var reader = Reader()
    try reader.take(late.hello("aaaaa"))
    #expect(reader.texts == [reply: words[..<30].joined()], "from word one, by its id")
    say(world, reply, 30..<60)
    try reader.take(late.take())
    #expect(reader.texts == [reply: words.joined()])
    // A page that is loaded anew at any moment: the same text, in the one way or the other.
    _ = world.admission.propose(
      [.replyFinished(ReplyFinish(by: .companion, reply: reply, finish: .stop))], in: .lobby)
    world.settle()
    var reloaded = Reader()
    try reloaded.take(world.open().hello("bbbbb"))
    #expect(reloaded.texts.isEmpty)
    #expect(reloaded.finished == [reply: words.joined()])
  }

  @Test(arguments: 0..<12 as Range<Int>)
  func `one who resumes again and again doubles nothing and loses nothing`(seed: Int) throws {
    var random = SplitMix(seed: UInt64(seed))
    let world = try World()
    var replies = [try start(world)]
    var client = world.open()
    var reader = Reader()
    let welcome = client.hello("aaaaa")
    let token = try #require(welcome.of("welcome").first?.string("token"))
    try reader.take(welcome)
    var said = 0
    while said < 60 {
      let next = min(60, said + Int.random(in: 1...9, using: &random))
      say(world, replies[replies.count - 1], said..<next)
      said = next
      try reader.take(client.take())
      // The link breaks: sometimes while more is said, sometimes a reply ends and another begins.
      client.drop()
      if said < 60, Int.random(in: 0..<4, using: &random) == 0 {
        let end = ReplyFinish(by: .companion, reply: replies[replies.count - 1], finish: .stop)
        _ = world.admission.propose([.replyFinished(end)], in: .lobby)
        replies.append(try start(world))
      }
      if said < 60, Bool.random(using: &random) {
        say(world, replies[replies.count - 1], said..<said + 1)
        said += 1
      }
      for _ in 0...1 {
        client = world.open()
        let from = #","token":"\#(token)","from":"\#(reader.cursor)""#
        try reader.take(client.hello("aaaaa", from))
      }
    }
    let state = try #require(world.admission.state(of: .lobby))
    let open = try #require(state.replies.first)
    #expect(reader.texts == [open.offset: open.text.string])
    let all = reader.finished.merging(reader.texts) { $1 }.sorted { $0.key < $1.key }
    #expect(all.map(\.value).joined() == words.joined(), "seed \(seed)")
  }
}
