import Chat
import Testing

@testable import Companion

@Suite struct ParticipationTests {
  private func world(providers: Int = 1, _ change: (inout CompanionOptions) -> Void = { _ in })
    throws -> World
  {
    var options = CompanionOptions(
      providers: try (0..<providers).map {
        try Provider(address: "http://h\($0)/v1", model: "m\($0)")
      })
    change(&options)
    let world = World(options: options)
    world.restart()
    return world
  }

  private func texts(_ world: World, of reply: Int64) -> String {
    world.log.reduce(into: "") { text, entry in
      if case .replyChunk(_, reply, let piece) = entry.event { text += piece }
    }
  }

  private func finishes(_ world: World) -> [ReplyFinish] {
    world.log.compactMap { if case .replyFinished(let finish) = $0.event { finish } else { nil } }
  }

  private func starts(_ world: World) -> [ReplyStart] {
    world.log.compactMap { if case .replyStarted(let start) = $0.event { start } else { nil } }
  }

  @Test func `the request is sent only when the reply's start is in the log`() throws {
    let world = try world()
    world.say("hello")
    #expect(world.models[0].begun.isEmpty)
    world.commit()
    #expect(starts(world).map(\.to) == [[0]])
    #expect(world.models[0].begun.map(\.prompt.turns.last?.text) == ["Somebody: hello"])
  }

  @Test func `words of one delivery are one proposal, and reach the log in order`() throws {
    let world = try world()
    world.say("hello")
    world.commit()
    let before = world.proposals
    world.models[0].say(.text("a"), .text("b"), .text("c"))
    world.step()
    #expect(world.proposals == before + 1)
    world.models[0].say(.text("d"), .ended(.finished(.stop, nil)))
    world.settle()
    #expect(texts(world, of: 1) == "abcd")
    #expect(finishes(world).map(\.finish) == [.stop])
  }

  @Test func `messages that come meanwhile are answered together next`() throws {
    let world = try world()
    let first = world.say("one")
    let second = world.say("two")
    world.commit()
    let third = world.say("three")
    #expect(world.models[0].begun.count == 1)
    world.models[0].say(.text("x"), .ended(.finished(.stop, nil)))
    world.settle()
    #expect(starts(world).map(\.to) == [[first], [second, third]])
    #expect(world.models[0].begun.count == 2)
  }

  @Test func `rooms do not wait for each other`() throws {
    let world = try world()
    let other = try #require(RoomName("other"))
    world.say("here")
    world.say("there", in: other)
    world.settle()
    #expect(world.models[0].begun.count == 2)
    world.models[0].say(.text("over there"), .ended(.finished(.stop, nil)))
    world.settle()
    #expect(world.log.last?.room == other)
    #expect(finishes(world).count == 1)
  }

  @Test func `a stop hangs up, drops the queue, and nothing follows the finish`() throws {
    let world = try world()
    world.say("hello")
    world.commit()
    world.models[0].say(.text("on its way"))
    world.step()
    world.models[0].say(.text("queued"))
    world.step()
    world.write(.replyStopRequested(by: TestRoom.writer, reply: 1))
    world.models[0].say(.text("late"))
    world.settle()
    #expect(texts(world, of: 1) == "on its way")
    #expect(finishes(world).map(\.finish) == [.stopped])
    #expect(world.models[0].cancelled.count >= 1)
  }

  @Test func `a refused generation loses nothing: the same words are proposed again`() throws {
    let world = try world()
    world.say("hello")
    world.refuse()
    #expect(world.models[0].begun.isEmpty)
    world.clock.advance(milliseconds: 200)
    world.step()
    world.commit()
    world.models[0].say(.text("a"))
    world.step()
    world.models[0].say(.text("b"), .ended(.finished(.stop, nil)))
    world.refuse()
    #expect(world.models[0].paused.count <= 1)
    world.clock.advance(milliseconds: 200)
    world.step()
    world.settle()
    #expect(starts(world).count == 1)
    #expect(texts(world, of: 1) == "ab")
    #expect(finishes(world).map(\.finish) == [.stop])
  }

  @Test func `somebody else's record at the expected offset means that ours was lost`() throws {
    let world = try world()
    world.say("hello")
    world.fault { $0.pending = [] }
    let other = world.write(.participantLeft(by: TestRoom.writer, reason: .left))
    #expect(other == 1)
    world.clock.advance(milliseconds: 200)
    world.step()
    world.settle()
    #expect(starts(world).map(\.to) == [[0]])
  }

  @Test func `words of doubtful fate are not written twice: the reply ends as an error`() throws {
    let world = try world()
    world.say("hello")
    world.commit()
    world.fault { $0.refusesDuringProposal = true }
    world.models[0].say(.text("lost?"))
    world.step()
    world.settle()
    #expect(texts(world, of: 1) == "")
    world.clock.advance(milliseconds: 5_000)
    world.step()
    world.settle()
    #expect(finishes(world).map(\.error?.code) == ["log_refused"])
    #expect(world.models[0].cancelled.count == 1)
  }

  @Test func `while the log is full the model waits, then all goes on`() throws {
    let world = try world()
    world.say("hello")
    world.commit()
    world.fault { $0.isFull = true }
    world.models[0].say(.text("a"))
    world.step()
    #expect(world.models[0].paused.count == 1)
    world.fault { $0.isFull = false }
    world.clock.advance(milliseconds: 50)
    world.step()
    #expect(world.models[0].paused.isEmpty)
    world.models[0].say(.ended(.finished(.stop, nil)))
    world.settle()
    #expect(texts(world, of: 1) == "a")
  }

  @Test func `while a disk stalls the model waits, and not a word of it is lost`() throws {
    let world = try world()
    world.say("hello")
    world.commit()
    var words: [String] = []
    // Nothing is committed, nothing is refused: all the log does is not to come back.
    while world.models[0].paused.isEmpty, words.count < 1_000 {
      words.append("\(words.count) ")
      world.models[0].say(.text(words.last ?? ""))
      world.clock.advance(milliseconds: 100)
      world.step()
    }
    #expect(words.count < 100, "it went on talking to a log that does not write")
    #expect(world.models[0].paused.count == 1)
    world.settle()
    #expect(world.models[0].paused.isEmpty)
    world.models[0].say(.ended(.finished(.stop, nil)))
    world.settle()
    #expect(texts(world, of: 1) == words.joined())
  }

  @Test func `what the room objects to is dropped, and is not asked again`() throws {
    let world = try world()
    world.fault { $0.objection = "closed" }
    world.say("hello")
    world.fault { $0.objection = nil }
    world.settle()
    #expect(starts(world).isEmpty)
    let second = world.say("again")
    world.settle()
    #expect(starts(world).map(\.to) == [[second]])
  }

  @Test func `the next provider takes over within the same reply`() throws {
    let world = try world(providers: 2)
    world.say("hello")
    world.commit()
    world.models[0].say(.ended(.failed(ModelFault.rateLimited.failure)))
    world.step()
    #expect(world.models[1].begun.count == 1)
    world.models[1].say(.text("me"), .ended(.finished(.stop, nil)))
    world.settle()
    #expect(texts(world, of: 1) == "me")
    #expect(starts(world).count == 1)
  }
}
