import Chat
import TestSupport
import Testing

@testable import Companion

/// Invariants checked, whatever the moment of the crash: no reply stays open, each ends once, its
/// words are what the model said up to some point, and the next message is answered.
@Suite struct ParticipationCrashTests {
  private struct Replies {
    var words: [Int64: String] = [:]
    var finishes: [Int64: Int] = [:]
    var answered: Set<Int64> = []

    init(_ world: World) {
      for (offset, entry) in world.log.enumerated() {
        switch entry.event {
        case .replyStarted(let start):
          words[Int64(offset)] = ""
          answered.formUnion(start.to)
        case .replyChunk(_, let reply, let text): words[reply, default: "?"] += text
        case .replyFinished(let finish): finishes[finish.reply, default: 0] += 1
        default: break
        }
      }
    }
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `a crash at any moment of a reply leaves the room in order`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    var options = CompanionOptions(
      providers: [try Provider(address: "http://h/v1", model: "m")])
    options.repliesPerMinute = 1_000
    let world = World(options: options)
    world.restart()
    var said: [Int64: String] = [:]
    for round in 0..<12 {
      let asked = world.say("message \(round)")
      for word in 0..<Int.random(in: 0..<8, using: &random) {
        if Bool.random(using: &random) { world.commit() }
        guard let course = world.companion.seats[.lobby]?.course, let reply = course.reply,
          !course.isEnding
        else { continue }
        said[reply, default: ""] += "\(word) "
        world.models[0].say(.text("\(word) "))
        if word == 6 { world.models[0].say(.ended(.finished(.stop, nil))) }
        world.step()
        if Int.random(in: 0..<6, using: &random) == 0 { world.refuse() }
        world.clock.advance(milliseconds: Int64.random(in: 0..<300, using: &random))
      }
      world.restart()
      world.settle()
      if let reply = world.companion.seats[.lobby]?.course?.reply {
        said[reply, default: ""] += "all"
        world.models[0].say(.text("all"), .ended(.finished(.stop, nil)))
        world.settle()
      }
      let replies = Replies(world)
      #expect(replies.finishes.count == replies.words.count, "seed \(seed)")
      #expect(replies.finishes.values.allSatisfy { $0 == 1 }, "seed \(seed)")
      for (reply, words) in replies.words {
        #expect(said[reply, default: ""].hasPrefix(words), "seed \(seed), reply \(reply)")
      }
      #expect(replies.answered.contains(asked), "seed \(seed)")
    }
  }
}
