import Chat
import Testing

@testable import Companion

/// Who is muted while the companion speaks gets no answer, and is told so once.
@Suite struct MutedTests {
  private func world() throws -> World {
    let world = World(
      options: CompanionOptions(providers: [try Provider(address: "http://h/v1", model: "m")]))
    world.restart()
    return world
  }

  private func mute(_ by: ParticipantID, until: Int64, in world: World) {
    world.write(
      .participantMuted(by: .operator, participant: by, until: until, reason: nil))
  }

  private func finish(_ world: World) {
    world.models[0].say(.text("x"), .ended(.finished(.stop, nil)))
    world.settle()
  }

  private func refusals(_ world: World) -> [ReplyRefusal] {
    world.log.compactMap {
      if case .replyRefused(let refusal) = $0.event { refusal } else { nil }
    }
  }

  private func answered(_ world: World) -> [[Int64]] {
    world.log.compactMap {
      if case .replyStarted(let start) = $0.event { start.to } else { nil }
    }
  }

  @Test func `a message whose author is muted before its turn is refused, others are answered`()
    throws
  {
    let world = try world()
    let other = ParticipantID(person: 2)
    let first = world.say("one")
    world.commit()
    let second = world.say("two")
    let third = world.write(.message("three", by: other, seq: 1))
    mute(TestRoom.writer, until: world.clock.wallMilliseconds + 60_000, in: world)
    #expect(refusals(world).isEmpty, "the companion is speaking")
    finish(world)
    #expect(
      refusals(world)
        == [ReplyRefusal(by: .companion, to: [second], reason: .muted, scope: .room)])
    #expect(answered(world) == [[first], [third]])
    finish(world)
    #expect(refusals(world).count == 1, "and never again")
    #expect(answered(world).count == 2)
  }

  @Test func `a mute that is over, or lifted, refuses nothing`() throws {
    for until in [1_000, 0] as [Int64] {
      let world = try world()
      world.say("one")
      world.commit()
      let second = world.say("two")
      mute(TestRoom.writer, until: world.clock.wallMilliseconds + 500, in: world)
      if until == 0 {
        mute(TestRoom.writer, until: 0, in: world)
      } else {
        world.clock.advance(milliseconds: until)
      }
      finish(world)
      #expect(refusals(world).isEmpty)
      #expect(answered(world).last == [second])
    }
  }

  @Test func `a restart neither answers nor refuses twice`() throws {
    let world = try world()
    world.say("one")
    world.commit()
    world.say("two")
    mute(TestRoom.writer, until: world.clock.wallMilliseconds + 60_000, in: world)
    finish(world)
    #expect(refusals(world).count == 1)
    world.restart()
    world.settle()
    #expect(refusals(world).count == 1)
    #expect(answered(world).count == 1)
  }
}
