import Chat
import LogStore
import Projector
import Synchronization

/// A log of people typing, written by the log's own writer: twenty in one room, who correct
/// themselves, and every event that a server would write for them.
enum Generated {
  private static let people = 20
  /// Records handed to the writer at a time.
  private static let batch = 1_000
  /// Events between two checkpoints, as a server saves them.
  private static let checkpointEvents: Int64 = 200_000

  static func write(_ data: String, keystrokes: Int) throws {
    let time = TypingTime()
    let log = try Log.open(data, options: LogOptions(durability: .os), time: time)
    let checkpoints = CheckpointDirectory(data: data)
    var room = TypingRoom(people: people)
    var projection = Projection()
    var saved: Int64 = 0
    while room.keystrokes < keystrokes {
      time.pass(milliseconds: 2_000)
      try log.append(room.records(batch, until: keystrokes))
      try log.scan(from: projection.next, to: nil) { record in
        projection.apply(record)
        return .advance
      }
      guard projection.next - saved >= checkpointEvents else { continue }
      saved = projection.next
      try checkpoints.save(Checkpoint(epoch: log.state.epoch.id, projection: projection))
    }
    report("events", Double(log.state.next))
    report("keystrokes", Double(room.keystrokes))
    log.close()
  }
}

/// A clock that passes only when it is told to.
final class TypingTime: TimeSource {
  private let milliseconds = Mutex<Int64>(1_767_323_045_000)
  func pass(milliseconds count: Int64) { milliseconds.withLock { $0 += count } }
  var wallMilliseconds: Int64 { milliseconds.withLock { $0 } }
  var monotonicNanoseconds: Int64 { milliseconds.withLock { $0 } * 1_000_000 }
}

/// People at their keys, seeded, always the same.
struct TypingRoom {
  private static let words = Array(
    "it is quite something to watch a sentence while it is still being made, words and all. ".utf8)
  /// Scalars of a message: a sentence or two.
  private static let lengths = 20...140

  private(set) var keystrokes = 0
  private var typists: [Typist] = []
  private var waiting: [Record] = []
  private var state: UInt64 = 88_172_645_463_325_252
  private let key = RoomName.lobby.key

  private struct Typist {
    var by: ParticipantID
    var session: SessionID
    var seq: Int64 = 0
    var draft: Int64 = 0
    var text: [UInt8] = []
    var wanted = 0
    var clock = 0
  }

  init(people: Int) {
    for index in 0..<people {
      let by = ParticipantID(person: UInt64(random(1 << 40)))
      typists.append(Typist(by: by, session: SessionID(bits: UInt32(random(1 << 25)))))
      say(
        .participantJoined(
          by: by, name: "Person \(index)", token: "token\(index)", visibility: .live))
    }
  }

  private mutating func random(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(bound))
  }

  private mutating func say(_ event: Event, at clock: Int? = nil) {
    let headers = clock.map { [RecordHeader(name: [0x74], value: Array(String($0).utf8))] }
    waiting.append(Record(key: key, value: event.canonicalJSON, headers: headers ?? []))
  }

  mutating func records(_ count: Int, until last: Int) -> [Record] {
    while waiting.count < count, keystrokes < last { press() }
    defer { waiting.removeAll(keepingCapacity: true) }
    return waiting
  }

  /// Somebody presses a key: four in five times one of the four who talk most.
  private mutating func press() {
    let index = random(5) > 0 ? random(4) : random(typists.count)
    if typists[index].text.count >= typists[index].wanted { begin(index) }
    let text = typists[index].text
    let isMistake = random(15) == 0 && text.count > 1
    let at = isMistake ? text.count - 1 : text.count
    let letter = Self.words[(text.count + index * 7) % Self.words.count]
    let ins = isMistake ? "" : String(UnicodeScalar(letter))
    if isMistake { typists[index].text.removeLast() } else { typists[index].text.append(letter) }
    typists[index].clock += 80 + random(200)
    keystrokes += 1
    say(
      .draftEdited(
        author(index), draft: typists[index].draft,
        Edit(at: at, del: isMistake ? 1 : 0, ins: ins, kind: isMistake ? .delete : .type)),
      at: typists[index].clock)
    if typists[index].text.count == typists[index].wanted { send(index) }
  }

  private mutating func author(_ index: Int) -> Author {
    typists[index].seq += 1
    return Author(
      by: typists[index].by, session: typists[index].session, seq: typists[index].seq)
  }

  private mutating func begin(_ index: Int) {
    typists[index].draft += 1
    typists[index].text = []
    typists[index].wanted = Self.lengths.lowerBound + random(Self.lengths.count)
    say(
      .typingStarted(
        by: typists[index].by, session: typists[index].session, draft: typists[index].draft))
  }

  private mutating func send(_ index: Int) {
    say(
      .messageSent(
        author(index), draft: typists[index].draft,
        text: String(decoding: typists[index].text, as: UTF8.self)))
    say(
      .typingStopped(
        by: typists[index].by, session: typists[index].session, draft: typists[index].draft,
        reason: .sent))
  }
}
