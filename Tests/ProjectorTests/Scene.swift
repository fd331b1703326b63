import Chat
import Projector
import TestSupport

/// A seeded, lawful room: people come, type, correct, send, discard and go; a model replies.
struct Scene {
  private(set) var events: [Event] = []
  private var random: SplitMix
  private var people:
    [(by: ParticipantID, session: SessionID, seq: Int64, draft: Int64, text: [Unicode.Scalar])] = []
  private var openReply: Int64?

  init(seed: UInt64) { random = SplitMix(seed: seed) }

  /// Adds `count` steps; offsets are the events' indices.
  mutating func play(_ count: Int) {
    while events.count < count {
      switch Int.random(in: 0..<40, using: &random) {
      case 0: join()
      case 1 where !people.isEmpty: leave()
      case 2, 3: reply()
      case 4 where !people.isEmpty: send()
      case 5 where !people.isEmpty: discard()
      default:
        if people.isEmpty { join() } else { type() }
      }
    }
  }

  private mutating func join() {
    let by = ParticipantID(person: random.next())
    let session = SessionID(bits: UInt32(truncatingIfNeeded: random.next()))
    events.append(
      .participantJoined(by: by, name: "N\(people.count)", token: "t\(by)", visibility: .live))
    people.append((by, session, 0, 0, []))
  }

  private mutating func leave() {
    let person = people.remove(at: Int.random(in: people.indices, using: &random))
    events.append(.participantLeft(by: person.by, reason: .gone))
  }

  private mutating func author(_ index: Int) -> Author {
    people[index].seq += 1
    return Author(by: people[index].by, session: people[index].session, seq: people[index].seq)
  }

  private mutating func type() {
    let index = Int.random(in: people.indices, using: &random)
    if people[index].text.isEmpty { people[index].draft += 1 }
    let text = people[index].text
    let at = Int.random(in: 0...text.count, using: &random)
    let del = Int.random(in: 0...min(2, text.count - at), using: &random)
    var ins = awkwardText(Int.random(in: 0..<3, using: &random), using: &random)
    if text.count - del + ins.unicodeScalars.count == 0 { ins = "x" }
    people[index].text.replaceSubrange(at..<at + del, with: ins.unicodeScalars)
    events.append(
      .draftEdited(
        author(index), draft: people[index].draft, Edit(at: at, del: del, ins: ins, kind: .type)))
  }

  private mutating func send() {
    let index = Int.random(in: people.indices, using: &random)
    guard !people[index].text.isEmpty else { return }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: people[index].text)
    events.append(.messageSent(author(index), draft: people[index].draft, text: String(view)))
    people[index].text = []
  }

  private mutating func discard() {
    let index = Int.random(in: people.indices, using: &random)
    guard !people[index].text.isEmpty else { return }
    events.append(.draftDiscarded(author(index), draft: people[index].draft))
    people[index].text = []
  }

  private mutating func reply() {
    guard let open = openReply else {
      openReply = Int64(events.count)
      events.append(
        .replyStarted(
          ReplyStart(by: .companion, provider: "p", model: "m", to: [], context: 0...0)))
      return
    }
    if Bool.random(using: &random) {
      events.append(
        .replyChunk(by: .companion, reply: open, text: awkwardText(3, using: &random)))
    } else {
      events.append(
        .replyFinished(ReplyFinish(by: .companion, reply: open, finish: .stop)))
      openReply = nil
    }
  }
}
