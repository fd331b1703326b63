import Chat
import Client
import Testing

@Suite struct TypistTests {
  private func run(
    _ seed: UInt64, steps: Int = 400, _ shape: (inout TypistWorld) -> Void = { _ in }
  ) throws -> TypistWorld {
    var world = TypistWorld(seed: seed)
    shape(&world)
    for _ in 0..<steps { try world.step() }
    try world.settle()
    #expect(world.ending == nil, "seed \(seed)")
    let isSettled = world.typist.isSettled
    #expect(isSettled, "seed \(seed)")
    #expect(world.typist.gaps == 0, "seed \(seed): an honest server left a gap")
    return world
  }

  /// The texts of the messages in the log, in order; seqs are checked on the way.
  private func texts(_ world: TypistWorld, numbered: Bool = true) -> [String] {
    var last: [ModelServer.Key: Int64] = [:]
    var texts: [String] = []
    for entry in world.server.log {
      guard let author = ModelServer.author(of: entry.event) else { continue }
      let key = ModelServer.Key(by: author.by, session: author.session)
      if numbered {
        #expect(author.seq == (last[key] ?? 0) + 1, "seed \(world.seed): \(author)")
      }
      last[key] = author.seq
      if case .messageSent(_, _, let text) = entry.event { texts.append(text) }
    }
    return texts
  }

  @Test(arguments: 1...50 as ClosedRange<UInt64>)
  func `cuts, crashes and refusals lose nothing and double nothing`(seed: UInt64) throws {
    let world = try run(seed)
    #expect(texts(world) == world.messages, "seed \(seed)")
    // Nothing was renumbered: one author wrote all, and every edit is its own event.
    #expect(Set(world.server.durable.keys).count <= 1, "seed \(seed)")
  }

  @Test(arguments: 1...50 as ClosedRange<UInt64>)
  func `drafts that end during an absence go on as new ones`(seed: UInt64) throws {
    let world = try run(seed) { $0.weights.absence = 3 }
    #expect(texts(world) == world.messages, "seed \(seed)")
  }

  @Test(arguments: 1...50 as ClosedRange<UInt64>)
  func `edits refused at random are replaced, messages keep their text`(seed: UInt64) throws {
    let world = try run(seed) { $0.server.refusesOneIn = 12 }
    #expect(texts(world) == world.messages, "seed \(seed)")
  }

  @Test(arguments: 1...50 as ClosedRange<UInt64>)
  func `a forgotten session or token takes the text along`(seed: UInt64) throws {
    // What was durable, not acknowledged and then forgotten is written twice: nobody can tell.
    // In order and without a loss it is all the same.
    let world = try run(seed) { $0.weights.forgetfulness = 3 }
    var rest = texts(world, numbered: false)[...]
    for message in world.messages {
      let found = try #require(rest.firstIndex(of: message), "seed \(seed): '\(message)' is lost")
      rest = rest[(found + 1)...]
    }
  }

  @Test(arguments: 1...25 as ClosedRange<UInt64>)
  func `in a room without edits messages go out whole`(seed: UInt64) throws {
    let world = try run(seed) { world in
      world.server.isSendOnly = true
    }
    #expect(texts(world) == world.messages, "seed \(seed)")
  }

  @Test(arguments: 1...25 as ClosedRange<UInt64>)
  func `a room that turns send-only in mid-draft costs no message`(seed: UInt64) throws {
    var world = TypistWorld(seed: seed)
    for step in 0..<400 {
      if step == 200 { world.server.isSendOnly = true }
      try world.step()
    }
    try world.settle()
    #expect(world.ending == nil, "seed \(seed)")
    #expect(texts(world) == world.messages, "seed \(seed)")
  }

  /// "word " is one of the pieces that are typed, so every run meets it in mid-draft.
  @Test(arguments: 1...50 as ClosedRange<UInt64>)
  func `a filtered word costs its own message and no other, and nothing is shown after it`(
    seed: UInt64
  ) throws {
    let word = "word"
    let world = try run(seed) { $0.server.filteredWord = word }
    let kept = world.messages.filter { !ModelServer.holds($0, word) }
    #expect(texts(world) == kept, "seed \(seed)")
    let given = world.messages.indices.filter { ModelServer.holds(world.messages[$0], word) }
    #expect(world.filtered == given, "seed \(seed)")
    #expect(world.typist.filtered == given.count, "seed \(seed)")
    for entry in world.server.log {
      #expect(!ModelServer.holds(String(decoding: entry.bytes, as: UTF8.self), word))
    }
    let events = world.server.log.map(\.event)
    let hidden = events.firstIndex { if case .visibilityChanged = $0 { true } else { false } }
    for event in events[(try #require(hidden, "seed \(seed): the filter was never met"))...] {
      if case .draftEdited = event { Issue.record("seed \(seed): shown after the filter") }
    }
  }

  @Test func `the same seed is the same run`() throws {
    let first = try run(7)
    let second = try run(7)
    #expect(first.server.log.map(\.bytes) == second.server.log.map(\.bytes))
    #expect(first.now == second.now)
  }
}
