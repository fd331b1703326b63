import Chat
import Glibc
import LogStore
import Synchronization
import TestSupport

/// Writes the log of a long conversation, for the time machine to be tried on.
///
///     RoomChild DATA ROOM EVENTS SEED [MESSAGES]
///
/// Eight people come, type, correct themselves, paste, pause and send, so many events in all, over
/// as many recorded hours as that takes; the last of them is now. With MESSAGES the events are
/// whole messages instead of keys. Prints `next N`.
@main
enum RoomChild {
  /// Events in a batch, written at one time.
  private static let batch = 40

  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 5, let room = RoomName(arguments[2]), let events = Int(arguments[3]),
      let seed = UInt64(arguments[4]), events > Conversation.people
    else {
      print("usage: RoomChild DATA ROOM EVENTS SEED [MESSAGES]")
      exit(64)
    }
    let time = RecordedTime(stepping: events / batch)
    let log = try Log.open(arguments[1], options: LogOptions(durability: .os), time: time)
    var conversation = Conversation(seed: seed, isTyped: arguments.count < 6)
    var written = 0
    while written < events {
      let count = min(batch, events - written)
      let records = (0..<count).map { _ in
        Record(key: room.key, value: conversation.next().canonicalJSON)
      }
      try log.append(records)
      time.step(pausing: conversation.pauses)
      written += count
    }
    print("next \(log.state.next)")
    log.close()
  }
}

/// Steps from batch to batch, and ends now.
private final class RecordedTime: TimeSource {
  private static let batchMilliseconds: Int64 = 1_000
  private let passed: Atomic<Int64>

  init(stepping batches: Int) {
    passed = Atomic(SystemTime().wallMilliseconds - Int64(batches * 2) * Self.batchMilliseconds)
  }

  var wallMilliseconds: Int64 { passed.load(ordering: .relaxed) }
  var monotonicNanoseconds: Int64 { wallMilliseconds * 1_000_000 }

  func step(pausing: Bool) {
    let milliseconds = Self.batchMilliseconds * (pausing ? 90 : 1)
    passed.wrappingAdd(milliseconds, ordering: .relaxed)
  }
}

/// Lawful events of one room, drawn by a seed.
private struct Conversation {
  static let people = 8
  private static let names = ["Mara", "Tomasz", "ليلى", "nightbus 🚌", "Ines", "Wren", "Ada", "Bo"]
  private static let words = [
    "salt", "river", "the", "a", "of", "sea", "slowly", "and", "every", "البحر", "🌊", "naïve",
    "fresh", "rumour", "log", "append", "<b>", "never", "deleted", "위",
  ]

  private struct Writer {
    let by: ParticipantID
    let session: SessionID
    var seq: Int64 = 0
    var draft: Int64 = 1
    var text: [Unicode.Scalar] = []
    var isTyping = false
  }

  private var random: SplitMix
  private let isTyped: Bool
  private var writers: [Writer] = []
  private var waiting: [Event] = []
  /// Keys until somebody else goes on.
  private var turn = 0
  private var current = 0

  init(seed: UInt64, isTyped: Bool) {
    random = SplitMix(seed: seed)
    self.isTyped = isTyped
    for index in 0..<Self.people {
      let by = ParticipantID(person: random.next())
      writers.append(
        Writer(by: by, session: SessionID(bits: UInt32(truncatingIfNeeded: random.next()))))
      waiting.append(
        .participantJoined(by: by, name: Self.names[index], token: "t\(by)", visibility: .live))
    }
  }

  /// Whether a long silence comes now.
  var pauses: Bool { mutating get { Int.random(in: 0..<400, using: &random) == 0 } }

  mutating func next() -> Event {
    if waiting.isEmpty { go() }
    return waiting.removeFirst()
  }

  private mutating func go() {
    if turn == 0 {
      current = Int.random(in: 0..<Self.people, using: &random)
      turn = Int.random(in: 5..<60, using: &random)
    }
    turn -= 1
    if !isTyped || (turn == 0 && writers[current].text.count > 8) {
      send()
    } else {
      type()
    }
  }

  private mutating func author() -> Author {
    writers[current].seq += 1
    return Author(
      by: writers[current].by, session: writers[current].session, seq: writers[current].seq)
  }

  private mutating func type() {
    let writer = writers[current]
    if !writer.isTyping {
      waiting.append(.typingStarted(by: writer.by, session: writer.session, draft: writer.draft))
      writers[current].isTyping = true
    }
    let length = writer.text.count
    if length > 2, Int.random(in: 0..<9, using: &random) == 0 {
      replace(at: length - 1, del: 1, with: "", as: .delete)
    } else if length > 4, Int.random(in: 0..<30, using: &random) == 0 {
      replace(
        at: Int.random(in: 0..<length, using: &random), del: 1,
        with: Self.words[Int.random(in: 0..<Self.words.count, using: &random)], as: .paste)
    } else if length == 0 || writer.text.last == " " {
      let word = Self.words[Int.random(in: 0..<Self.words.count, using: &random)]
      for scalar in word.unicodeScalars {
        replace(at: writers[current].text.count, del: 0, with: String(scalar), as: .type)
      }
    } else {
      replace(at: length, del: 0, with: " ", as: .type)
    }
  }

  private mutating func replace(at: Int, del: Int, with ins: String, as kind: EditKind) {
    writers[current].text.replaceSubrange(at..<at + del, with: ins.unicodeScalars)
    waiting.append(
      .draftEdited(
        author(), draft: writers[current].draft, Edit(at: at, del: del, ins: ins, kind: kind)))
  }

  private mutating func send() {
    var text = String(String.UnicodeScalarView(writers[current].text))
    if !isTyped {
      text = (0..<Int.random(in: 3..<30, using: &random)).map { _ in
        Self.words[Int.random(in: 0..<Self.words.count, using: &random)]
      }.joined(separator: " ")
    }
    let (by, session, draft) =
      (writers[current].by, writers[current].session, writers[current].draft)
    waiting.append(.messageSent(author(), draft: draft, text: text))
    if writers[current].isTyping {
      waiting.append(.typingStopped(by: by, session: session, draft: draft, reason: .sent))
    }
    writers[current].isTyping = false
    writers[current].draft += 1
    writers[current].text = []
    turn = 0
  }
}
