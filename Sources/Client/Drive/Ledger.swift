internal import Chat

/// What was written, what was acknowledged and what stands in the rooms' logs: the books that are
/// compared at the end.
///
/// An event is kept as a fingerprint of the canonical bytes the log must hold for it, so that a
/// million keys cost a few dozen bytes each and the comparison is of every byte.
struct Ledger {
  struct Key: Hashable {
    var by: ParticipantID
    var session: SessionID
  }

  struct Entry {
    var written: Int
    /// Number of the message this event sends; −1: none.
    var message: Int32
    var seenAt: Int64 = -1
    var seen = 0
  }

  /// One session's events by `seq − 1`.
  struct Book {
    var entries: [Entry] = []
    var acknowledged: Int64 = 0
    /// Given up for another session: what was not acknowledged may stand in the log or not.
    var isAbandoned = false
    /// Offsets the server told the typist: by acknowledgement, or by showing the edit.
    var claims: [(seq: Int64, offset: Int64)] = []

    mutating func wrote(_ entry: Entry, at index: Int) {
      // A `seq` written again with another content: it and what followed were refused.
      cut(from: index)
      if index == entries.count { entries.append(entry) }
    }

    mutating func cut(from index: Int) {
      if index < entries.count { entries.removeSubrange(index...) }
    }
  }

  private(set) var books: [Key: Book] = [:]
  private(set) var faults = LedgerFaults()
  private(set) var messages = 0
  private(set) var acknowledged = 0
  /// Messages that the server refused for a word.
  private var givenUp: Set<Int> = []
  /// Highest offset the server told of, by room.
  private(set) var highest: [RoomName: Int64] = [:]

  /// Numbers the messages of a session about to be typed; the first one's number.
  mutating func expect(messages count: Int) -> Int {
    messages += count
    return messages - count
  }

  mutating func wrote(_ author: Author, fingerprint: Int, message: Int?) {
    let key = Key(by: author.by, session: author.session)
    let entry = Entry(written: fingerprint, message: Int32(message ?? -1))
    books[key, default: Book()].wrote(entry, at: Int(author.seq) - 1)
  }

  mutating func acknowledged(
    _ author: Author, first: Int64, offset: Int64?, in room: RoomName
  ) {
    let key = Key(by: author.by, session: author.session)
    acknowledged += Int(author.seq - first + 1)
    books[key]?.acknowledged = author.seq
    if let offset { claim(author, offset: offset, in: room) }
  }

  mutating func claim(_ author: Author, offset: Int64, in room: RoomName) {
    books[Key(by: author.by, session: author.session)]?.claims.append((author.seq, offset))
    highest[room] = max(highest[room] ?? -1, offset)
  }

  mutating func abandon(_ author: Author) {
    books[Key(by: author.by, session: author.session)]?.isAbandoned = true
  }

  /// The event was refused for a word of its message.
  mutating func giveUp(_ author: Author, message: Int) {
    givenUp.insert(message)
    books[Key(by: author.by, session: author.session)]?.cut(from: Int(author.seq) - 1)
  }

  /// An event of a room's log.
  mutating func saw(_ author: Author, fingerprint: Int, at offset: Int64) {
    let key = Key(by: author.by, session: author.session)
    let index = Int(author.seq) - 1
    guard let count = books[key]?.entries.count else { return }
    guard index >= 0, index < count else {
      faults.add(.unexpected, "\(author.words) stands at \(offset) and was never written")
      return
    }
    let known = books[key]?.entries[index].seenAt ?? -1
    guard known < 0 || known == offset else {
      faults.add(.doubled, "\(author.words) stands at \(known) and at \(offset)")
      return
    }
    books[key]?.entries[index].seenAt = offset
    books[key]?.entries[index].seen = fingerprint
  }

  /// The rooms' logs begin anew: what was seen counts no more.
  mutating func forgetSeen() {
    for key in books.keys {
      guard let count = books[key]?.entries.count else { continue }
      for index in 0..<count { books[key]?.entries[index].seenAt = -1 }
    }
  }
}

extension Ledger {
  /// Compares everything; call it once all rooms were read to their ``highest``.
  mutating func close() -> LedgerFaults {
    var arrivals = [UInt8](repeating: 0, count: messages)
    for (key, book) in books {
      for (index, entry) in book.entries.enumerated() {
        let author = Author(by: key.by, session: key.session, seq: Int64(index) + 1)
        check(entry, author, book, &arrivals)
      }
      for claim in book.claims where claim.seq <= book.entries.count {
        let seenAt = book.entries[Int(claim.seq) - 1].seenAt
        if seenAt >= 0, seenAt != claim.offset {
          faults.add(
            .differing,
            "\(key.by)/\(key.session)/\(claim.seq) was told at \(claim.offset) "
              + "and stands at \(seenAt)")
        }
      }
    }
    for (number, count) in arrivals.enumerated()
    where count != (givenUp.contains(number) ? 0 : 1) {
      faults.add(
        count == 0 ? .missing : .doubled, "message \(number) arrived \(count) times")
    }
    return faults
  }

  private mutating func check(
    _ entry: Entry, _ author: Author, _ book: Book, _ arrivals: inout [UInt8]
  ) {
    guard entry.seenAt >= 0 else {
      if author.seq <= book.acknowledged {
        faults.add(.missing, "\(author.words) was acknowledged and does not stand in the log")
      } else if !book.isAbandoned {
        faults.add(.missing, "\(author.words) was written and does not stand in the log")
      }
      return
    }
    guard entry.seen == entry.written else {
      faults.add(.differing, "\(author.words) stands at \(entry.seenAt) with another content")
      return
    }
    if entry.message >= 0 {
      arrivals[Int(entry.message)] = min(arrivals[Int(entry.message)], 254) + 1
    }
  }
}

/// What the books do not agree on: all counted, the first of each kind in words.
package struct LedgerFaults: Equatable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    case missing, doubled, differing, unexpected
  }

  /// Faults of each kind put into words.
  static let wordsMost = 10

  package private(set) var counts: [Kind: Int] = [:]
  package private(set) var words: [String] = []

  package var isEmpty: Bool { counts.isEmpty }

  mutating func add(_ kind: Kind, _ text: @autoclosure () -> String) {
    counts[kind, default: 0] += 1
    if counts[kind, default: 0] <= Self.wordsMost { words.append("\(kind.rawValue): \(text())") }
  }
}

/// Finds the author of a numbered event in its canonical bytes, without a tree.
enum NumberedEvent {
  static func author(_ bytes: UnsafeRawBufferPointer) -> Author? {
    var cursor = JSONCursor(bytes)
    guard cursor.expect(#"{"type":""#) else { return nil }
    guard
      cursor.expect(#"draft.edited","by":""#) || cursor.expect(#"message.sent","by":""#)
        || cursor.expect(#"draft.discarded","by":""#)
        || cursor.expect(#"visibility.changed","by":""#),
      let by = cursor.take(13).flatMap({ ParticipantID(utf8: $0) }),
      cursor.expect(#"","session":""#),
      let session = cursor.take(5).flatMap({ SessionID(utf8: $0) }),
      cursor.expect(#"","seq":"#), let seq = cursor.integer()
    else { return nil }
    return Author(by: by, session: session, seq: seq)
  }

  static func fingerprint(_ bytes: UnsafeRawBufferPointer) -> Int {
    var hasher = Hasher()
    hasher.combine(bytes: bytes)
    return hasher.finalize()
  }
}

extension Author {
  var words: String { "\(by)/\(session)/\(seq)" }
}
