internal import Chat
internal import LogStore

/// What an export met, for its data card.
struct ExportCounts {
  /// Events read, of the room if one was named.
  var events: Int64 = 0
  var keystrokes: Int64 = 0
  var messages: Int64 = 0
  var replies: Int64 = 0
  /// Left out because a moderator has hidden what they belong to.
  var hidden = Gap("hidden by a moderator: the words are left out")
  /// Placeholders of records that a repair found lost.
  var erased = Gap("lost to damage or erased: a placeholder stands there")
  var unreadable = Gap("not an event this version can read: no row")
  var restarts = Gap("the server was started: nobody could type before that for a while")
  var clockSteps = Gap("the server's clock was behind: times stood still")
  /// Messages sent without a visible edit, as in the `send` mode.
  var unseen = Gap("messages whose typing was not shown by choice: no keystrokes")
  /// Identifiers of people whose edits, messages or arrivals were read.
  private(set) var people: Set<UInt64> = []
  private(set) var firstTime: Int64?
  private(set) var lastTime: Int64?

  /// Above this number of people they are counted no further.
  static let peopleMost = 1 << 20

  var gaps: [Gap] { [hidden, erased, unreadable, restarts, clockSteps, unseen] }

  @inline(__always)
  mutating func take(_ record: RecordView) {
    events += 1
    if firstTime == nil { firstTime = record.timestamp }
    lastTime = record.timestamp
  }

  mutating func take(_ by: ParticipantID) {
    guard by.isPerson, people.count < Self.peopleMost else { return }
    people.insert(by.packed)
  }
}

/// Something that is not in an export, or not as it was: how often, and between which offsets.
struct Gap {
  let what: String
  private(set) var count: Int64 = 0
  private(set) var first: Int64 = -1
  private(set) var last: Int64 = -1

  init(_ what: String) { self.what = what }

  mutating func take(_ offset: Int64) {
    if count == 0 { first = offset }
    last = offset
    count += 1
  }
}
