package import Chat

/// What the log says of the model's turns in one room: who waits for an answer, and how much was
/// answered already.
///
/// A fold of its own, so that the model and the transcript count alike, from whatever checkpoint
/// they begin.
package struct ReplyLedger: Equatable, Sendable {
  /// A message nobody has answered or refused yet.
  package struct Waiting: Equatable, Sendable {
    package let offset: Int64
    /// Milliseconds since 1970.
    package let time: Int64
    package let by: ParticipantID

    package init(offset: Int64, time: Int64, by: ParticipantID) {
      self.offset = offset
      self.time = time
      self.by = by
    }
  }

  /// Messages that wait at a time; past it the oldest is not answered any more.
  package static let waitingKept = 256
  /// Starts remembered at a time, and for how many milliseconds.
  package static let startsKept = 1_000
  package static let startMilliseconds: Int64 = 86_400_000

  /// Oldest first.
  package internal(set) var waiting: [Waiting] = []
  /// Times of the newest starts, oldest first, ms since 1970; none a day older than the last.
  package internal(set) var starts: [Int64] = []
  /// Offset of the last `reply.started`; −1 when there was none.
  package internal(set) var lastStart: Int64 = -1
  /// Replies begun since a person said something.
  package internal(set) var repliesInARow: Int64 = 0

  package init() {}

  /// Takes one event of the room, `time` in ms since 1970.
  package mutating func apply(_ event: Event, offset: Int64, time: Int64) {
    switch event {
    case .messageSent(let author, _, let text): take(text, author.by, offset, time)
    case .replyStarted(let start):
      lastStart = offset
      repliesInARow += 1
      starts.removeAll { $0 <= time - Self.startMilliseconds }
      starts.append(time)
      if starts.count > Self.startsKept { starts.removeFirst() }
      settle(start.to)
    case .replyRefused(let refusal): settle(refusal.to)
    case .messageHidden(_, let hidden, _): settle([hidden])
    default: break
    }
  }

  /// Passes over these messages without a word.
  package mutating func settle(_ messages: [Int64]) {
    guard !waiting.isEmpty else { return }
    let settled = Set(messages)
    waiting.removeAll { settled.contains($0.offset) }
  }

  package mutating func settleAll() { waiting.removeAll() }

  /// After a start of the server: of the messages that wait, only those that are behind the last
  /// reply's start and younger than `age` milliseconds at `now` are still answered.
  package mutating func resume(now: Int64, youngerThan age: Int64) {
    waiting.removeAll { $0.offset < lastStart || now - $0.time >= age }
  }

  private mutating func take(_ text: String, _ by: ParticipantID, _ offset: Int64, _ time: Int64) {
    if by.isPerson { repliesInARow = 0 }
    guard by != .server, by != .operator,
      text.unicodeScalars.contains(where: { !$0.properties.isWhitespace })
    else { return }
    waiting.append(Waiting(offset: offset, time: time, by: by))
    if waiting.count > Self.waitingKept { waiting.removeFirst() }
  }
}
