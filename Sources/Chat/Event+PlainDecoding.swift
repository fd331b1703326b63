extension Event {
  /// Reads the events that come with every message, in place and without a general parser: the
  /// canonical form, without escapes and unknown fields, by a person.
  ///
  /// All else gives nil, and is left to the general parser, whose answer is the same.
  package static func plain(_ bytes: UnsafeRawBufferPointer) -> Event? {
    var cursor = JSONCursor(bytes)
    guard cursor.expect(#"{"type":""#) else { return nil }
    if cursor.expect(#"message.sent","by":"p"#) { return sent(&cursor) }
    if cursor.expect(#"typing.started","by":"p"#) { return typing(&cursor, stops: false) }
    if cursor.expect(#"typing.stopped","by":"p"#) { return typing(&cursor, stops: true) }
    return nil
  }

  private static func sent(_ cursor: inout JSONCursor) -> Event? {
    guard let author = cursor.author(), cursor.expect(#"","seq":"#), let seq = cursor.integer(),
      cursor.expect(#","draft":"#), let draft = cursor.integer(), cursor.expect(#","text":""#),
      let bytes = cursor.plainString(), cursor.expect("}"), cursor.isAtEnd,
      let text = String(validating: bytes, as: UTF8.self)
    else { return nil }
    return .messageSent(
      Author(by: author.by, session: author.session, seq: seq), draft: draft, text: text)
  }

  private static func typing(_ cursor: inout JSONCursor, stops: Bool) -> Event? {
    guard let (by, session) = cursor.author(), cursor.expect(#"","draft":"#),
      let draft = cursor.integer()
    else { return nil }
    if !stops {
      guard cursor.expect("}"), cursor.isAtEnd else { return nil }
      return .typingStarted(by: by, session: session, draft: draft)
    }
    guard cursor.expect(#","reason":""#), let reason = reason(&cursor), cursor.expect(#""}"#),
      cursor.isAtEnd
    else { return nil }
    return .typingStopped(by: by, session: session, draft: draft, reason: reason)
  }

  private static func reason(_ cursor: inout JSONCursor) -> StopReason? {
    if cursor.expect("sent") { return .sent }
    if cursor.expect("idle") { return .idle }
    if cursor.expect("discarded") { return .discarded }
    return cursor.expect("left") ? .left : nil
  }
}
