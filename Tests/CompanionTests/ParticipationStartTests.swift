import Chat
import TestSupport
import Testing

@testable import Companion

/// What the companion does when the server starts, stops, or may not speak.
@Suite struct ParticipationStartTests {
  private func world(_ change: (inout CompanionOptions) -> Void = { _ in }) throws -> World {
    var options = CompanionOptions(
      providers: [try Provider(address: "http://h/v1", model: "m")])
    change(&options)
    let world = World(options: options)
    world.restart()
    return world
  }

  private func events(_ world: World) -> [Event] { world.log.map(\.event) }

  @Test func `a reply that a crash left open is closed, not asked again`() throws {
    let world = try world()
    world.say("hello")
    world.commit()
    world.models[0].say(.text("so far"))
    world.step()
    world.commit()
    world.restart()
    world.settle()
    #expect(
      events(world).last
        == .replyFinished(ReplyFinish(by: .companion, reply: 1, finish: .interrupted)))
    #expect(world.models[0].begun.isEmpty)
  }

  @Test func `after a start the messages behind the last reply are answered together, once`() throws
  {
    let world = try world()
    world.say("hello")
    world.commit()
    let second = world.say("two")
    let third = world.say("three")
    world.restart()
    world.settle()
    let tos = events(world).compactMap {
      if case .replyStarted(let start) = $0 { start.to } else { nil }
    }
    #expect(tos == [[0], [second, third]])
    world.restart()
    world.settle()
    #expect(
      events(world).filter { if case .replyStarted = $0 { true } else { false } }.count == 2)
  }

  @Test func `messages of a minute ago are not answered after a start`() throws {
    let world = try world()
    world.fault { $0.isFull = true }
    world.write(.message("hello"))
    world.fault { $0.isFull = false }
    world.clock.advance(milliseconds: 60_000)
    world.restart()
    world.settle()
    #expect(events(world).count == 1)
  }

  @Test func `past the budget it says so, once for those messages`() throws {
    let world = try world { $0.repliesPerMinute = 1 }
    world.say("one")
    world.commit()
    world.models[0].say(.ended(.finished(.stop, nil)))
    world.settle()
    world.clock.advance(milliseconds: 20_000)
    let second = world.say("two")
    world.settle()
    #expect(
      events(world).last
        == .replyRefused(
          ReplyRefusal(
            by: .companion, to: [second], reason: .budget, scope: .minute, limit: 1,
            retryMilliseconds: 40_000)))
    let count = world.log.count
    world.restart()
    world.settle()
    #expect(world.log.count == count)
    world.clock.advance(milliseconds: 40_000)
    world.say("three")
    world.settle()
    #expect(world.models[0].begun.count == 1)
  }

  @Test func `the budget is one for all rooms, counted before the starts are in the log`() throws {
    let world = try world { $0.repliesPerMinute = 2 }
    world.fault { $0.isFull = true }
    for name in ["a", "b", "c", "d"] {
      let room = try #require(RoomName(name))
      world.say("hello", in: room)
    }
    world.fault { $0.isFull = false }
    world.clock.advance(milliseconds: 50)
    world.step()
    world.settle()
    let starts = events(world).filter { if case .replyStarted = $0 { true } else { false } }
    let refusals = events(world).filter { if case .replyRefused = $0 { true } else { false } }
    #expect(starts.count == 2)
    #expect(refusals.count == 2)
  }

  @Test func `closing ends what is under way and begins nothing`() throws {
    let world = try world()
    world.say("hello")
    world.commit()
    let other = try #require(RoomName("other"))
    world.say("there", in: other)
    world.models[0].say(.text("so far"))
    world.step()
    world.companion.close()
    world.say("too late")
    world.settle()
    #expect(world.companion.isSettled)
    let finishes = events(world).compactMap {
      if case .replyFinished(let finish) = $0 { finish.finish } else { nil }
    }
    #expect(finishes == [.interrupted, .interrupted])
    #expect(world.models[0].begun.count == 1)
  }

  @Test func `without a model it only closes what was left open`() throws {
    let world = World(options: CompanionOptions(providers: []))
    world.write(
      .replyStarted(
        ReplyStart(by: .companion, provider: "p", model: "m", to: [], context: 0...0)))
    world.restart()
    world.settle()
    world.say("anybody?")
    world.settle()
    #expect(world.log.count == 3)
    #expect(world.companion.active.isEmpty)
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `whatever the log refuses, each reply's words stand once and in order`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let world = try world { $0.repliesPerMinute = 1_000 }
    var said: [Int64: String] = [:]
    var reply: Int64?
    for round in 0..<200 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0: world.say("message \(round)")
      case 1: world.refuse()
      case 2...5: world.commit()
      case 6: world.clock.advance(milliseconds: 120)
      default:
        let open = events(world).lastIndex { if case .replyStarted = $0 { true } else { false } }
        guard let open, world.companion.seats[.lobby]?.course?.reply == Int64(open) else { break }
        if Int64(open) != reply { reply = Int64(open) }
        guard world.companion.seats[.lobby]?.course?.isEnding == false else { break }
        said[Int64(open), default: ""] += "\(round) "
        let isLast = Int.random(in: 0..<4, using: &random) == 0
        world.models[0].say(.text("\(round) "))
        if isLast { world.models[0].say(.ended(.finished(.stop, nil))) }
      }
      world.step()
    }
    for _ in 0..<4 {
      world.clock.advance(milliseconds: 200)
      world.step()
      world.settle()
    }
    for (reply, text) in said {
      let written = events(world).reduce(into: "") { written, event in
        if case .replyChunk(_, reply, let piece) = event { written += piece }
      }
      #expect(written == text, "seed \(seed), reply \(reply)")
    }
  }
}
