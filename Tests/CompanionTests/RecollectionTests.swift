import Chat
import Projector
import TestSupport
import Testing

@testable import Companion

/// What a companion knows that began at a checkpoint is what one knows that read everything.
@Suite struct RecollectionTests {
  private struct Entry {
    let event: Event
    let room: RoomName
    let time: Int64
  }

  /// Makes a log of two rooms in which everything happens that a companion looks at, and nonsense.
  private struct Writer {
    var random: SplitMix
    var entries: [Entry] = []
    private var said: [RoomName: [Int64]] = [:]
    private var open: [RoomName: Int64] = [:]
    private var time: Int64 = 1_000_000
    private let rooms: [RoomName] = [.lobby, RoomName("other")!]

    init(seed: UInt64) {
      random = SplitMix(seed: seed)
      for person in 1...4 as ClosedRange<UInt64> {
        for room in rooms {
          let event = Event.participantJoined(
            by: ParticipantID(person: person), name: "P\(person)", token: "\(person)",
            visibility: .live)
          entries.append(Entry(event: event, room: room, time: time))
        }
      }
    }

    mutating func write() {
      let room = rooms[Int.random(in: 0..<2, using: &random)]
      time += Int64.random(in: 0...60_000, using: &random)
      entries.append(
        Entry(event: event(in: room, at: Int64(entries.count)), room: room, time: time))
    }

    private mutating func event(in room: RoomName, at offset: Int64) -> Event {
      let by = ParticipantID(person: UInt64.random(in: 1...4, using: &random))
      let last = said[room, default: []]
      switch Int.random(in: 0..<12, using: &random) {
      case 0...3:
        said[room, default: []].append(offset)
        let words = [" ", "hello", "long " + String(repeating: "words ", count: 40)]
        return .message(words[Int.random(in: 0..<3, using: &random)], by: by, seq: offset + 1)
      case 4, 5:
        if let reply = open[room] {
          return .replyChunk(by: .companion, reply: reply, text: "chunk ")
        }
        open[room] = offset
        return .replyStarted(
          ReplyStart(
            by: .companion, provider: "p", model: "m", to: Array(last.suffix(3)),
            context: 0...offset))
      case 6:
        let reply = open.removeValue(forKey: room)
        return .replyFinished(ReplyFinish(by: .companion, reply: reply ?? 7, finish: .stop))
      case 7:
        return .replyRefused(
          ReplyRefusal(by: .companion, to: Array(last.suffix(1)), reason: .budget, scope: .minute))
      case 8:
        let message = last.randomElement(using: &random) ?? 0
        return .messageHidden(by: .operator, message: message, reason: nil)
      case 9: return .participantRenamed(by: by, name: "N\(offset)")
      case 10:
        let until = Int64.random(in: 0...2, using: &random) * time
        return .participantMuted(by: .operator, participant: by, until: until, reason: nil)
      default: return .typingStarted(by: by, session: TestRoom.session, draft: offset + 1)
      }
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `from a checkpoint and the rest it knows the same as from zero`(seed: UInt64) throws {
    var writer = Writer(seed: seed)
    while writer.entries.count < 600 { writer.write() }
    let log = writer.entries
    var projection = Projection()
    var whole: [RoomName: Conversation] = [:]
    var starts: [Int64] = []
    for (offset, entry) in log.enumerated() {
      if offset % 37 == 0 {
        let encoded = Checkpoint(epoch: "abc", projection: projection).encoded
        let checkpoint = try #require(Checkpoint(encoded), "seed \(seed)")
        let recollection = Recollection(checkpoint.projection)
        var resumed = recollection.conversations
        for (later, rest) in log.enumerated().dropFirst(offset) {
          resumed[rest.room, default: Conversation()].apply(
            rest.event, offset: Int64(later), time: rest.time)
        }
        var straight = whole
        for (later, rest) in log.enumerated().dropFirst(offset) {
          straight[rest.room, default: Conversation()].apply(
            rest.event, offset: Int64(later), time: rest.time)
        }
        #expect(resumed == straight, "seed \(seed), cut at \(offset)")
        #expect(recollection.next == Int64(offset))
        let day = log.dropFirst(max(0, offset - 1)).first.map { $0.time - 86_400_000 } ?? 0
        #expect(
          recollection.starts.filter { $0 > day } == starts.filter { $0 > day },
          "seed \(seed), cut at \(offset)")
      }
      if case .replyStarted = entry.event { starts.append(entry.time) }
      whole[entry.room, default: Conversation()].apply(
        entry.event, offset: Int64(offset), time: entry.time)
      projection.apply(entry.event, in: entry.room, offset: Int64(offset), time: entry.time)
    }
  }
}
