/// Authors as they stand in events, parsed before: the same few people write most of a log.
///
/// Of no meaning to whoever holds it: any two are equal.
package struct AuthorMemo: Equatable, Sendable {
  /// What stands there, and what it means.
  private struct Entry {
    /// Eight characters of the person.
    var first: UInt64
    /// The other four, and four of the session.
    var second: UInt64
    /// The last of the session.
    var last: UInt8
    var session: SessionID
    var by: ParticipantID
  }

  /// As true as any other: the person and the session of all zeros.
  private static var zeros: Entry {
    Entry(
      first: 0x3232_3232_3232_3232, second: 0x3232_3232_3232_3232, last: 0x32,
      session: SessionID(bits: 0), by: ParticipantID(person: 0))
  }

  private var entries = InlineArray<32, Entry>(repeating: zeros)

  package init() {}

  /// Consumes a person's characters, `","session":"` and a session's; nil when they are none.
  @inline(__always)
  mutating func author(
    _ cursor: inout JSONCursor
  ) -> (by: ParticipantID, session: SessionID)? {
    guard cursor.remaining >= Self.bytes else { return cursor.author() }
    let first = cursor.peek(UInt64.self, at: 0)
    let session = cursor.peek(UInt32.self, at: Self.sessionStart)
    let second = UInt64(cursor.peek(UInt32.self, at: 8)) | UInt64(session) << 32
    let last = cursor.peek(UInt8.self, at: Self.bytes - 1)
    let mixed = (first ^ second ^ UInt64(last)) &* 0x9E37_79B9_7F4A_7C15
    let place = Int(truncatingIfNeeded: mixed >> 59)
    if entries[place].first == first, entries[place].second == second,
      entries[place].last == last, cursor.skip(Self.bytes, holding: Self.between, at: 12)
    {
      return (entries[place].by, entries[place].session)
    }
    guard let author = cursor.author() else { return nil }
    entries[place] = Entry(
      first: first, second: second, last: last, session: author.session, by: author.by)
    return author
  }

  private static var between: StaticString { #"","session":""# }
  private static var sessionStart: Int { ParticipantID.characters + between.utf8CodeUnitCount }
  private static var bytes: Int { sessionStart + SessionID.characters }

  package static func == (left: Self, right: Self) -> Bool { true }
}
