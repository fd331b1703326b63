/// A `draft.edited` read in place, without a String: more than nine in ten events of a log are one.
///
///     {"type":"draft.edited","by":"p…","session":"…","seq":N,"draft":N,
///      "at":N,"del":N,"ins":"…","kind":"…"}
///
/// Only the canonical form without escapes and unknown fields is taken; all else is left to
/// ``Event/decode(_:)-(UnsafeRawBufferPointer)``, which gives the same answer more slowly.
package struct EditView {
  package let author: Author
  package let draft: Int64
  package let at: Int
  package let del: Int
  /// UTF-8, valid as long as the bytes it was read from.
  package let ins: UnsafeRawBufferPointer
  package let kind: UnsafeRawBufferPointer

  /// Reads an edit; nil when it is none, or not of this form.
  package init?(_ bytes: UnsafeRawBufferPointer) {
    var cursor = JSONCursor(bytes)
    guard cursor.expect(Self.head), let author = cursor.author() else { return nil }
    self.init(author, cursor)
  }

  /// The same, and faster for an author met before.
  package init?(_ bytes: UnsafeRawBufferPointer, memo: inout AuthorMemo) {
    var cursor = JSONCursor(bytes)
    guard cursor.expect(Self.head), let author = memo.author(&cursor) else { return nil }
    self.init(author, cursor)
  }

  private static var head: StaticString { #"{"type":"draft.edited","by":"p"# }

  @inline(__always)
  private init?(_ author: (by: ParticipantID, session: SessionID), _ cursor: JSONCursor) {
    var cursor = cursor
    guard cursor.expect(#"","seq":"#), let seq = cursor.integer(),
      cursor.expect(#","draft":"#), let draft = cursor.integer(),
      cursor.expect(#","at":"#), let at = cursor.integer()
    else { return nil }
    self.author = Author(by: author.by, session: author.session, seq: seq)
    self.draft = draft
    self.at = Int(at)
    if let key = cursor.key() {
      (del, ins, kind) = (0, key.ins, key.kind)
      return
    }
    guard cursor.expect(#","del":"#), let del = cursor.integer(),
      cursor.expect(#","ins":""#), let ins = cursor.plainString(),
      cursor.expect(#","kind":""#), let kind = cursor.editKind(), cursor.expect("}"),
      cursor.isAtEnd
    else { return nil }
    self.del = Int(del)
    self.ins = ins
    self.kind = kind
  }
}

extension EditKind {
  /// The kind these bytes name; nil: none.
  @inline(__always)
  package init?(utf8 bytes: UnsafeRawBufferPointer) {
    let kind: EditKind
    switch bytes.first {
    case UInt8(ascii: "t"): kind = .type
    case UInt8(ascii: "d"): kind = .delete
    case UInt8(ascii: "p"): kind = .paste
    case UInt8(ascii: "u"): kind = .undo
    case UInt8(ascii: "o"): kind = .other
    case UInt8(ascii: "c"): kind = bytes.count == 3 ? .cut : .compose
    default: return nil
    }
    var cursor = JSONCursor(bytes)
    guard cursor.expect(kind.text), cursor.isAtEnd else { return nil }
    self = kind
  }
}

extension JSONCursor {
  /// The rest of an edit that types one byte and deletes nothing, as most do; else nil.
  @inline(__always)
  fileprivate func key() -> (ins: UnsafeRawBufferPointer, kind: UnsafeRawBufferPointer)? {
    var ahead = self
    guard ahead.expect(#","del":0,"ins":""#), let ins = ahead.take(1),
      ins[0] >= 0x20, ins[0] != UInt8(ascii: "\""), ins[0] != UInt8(ascii: "\\")
    else { return nil }
    var end = ahead
    guard end.expect(#"","kind":"type"}"#), end.isAtEnd else { return nil }
    _ = ahead.take(10)
    return ahead.take(4).map { (ins, $0) }
  }

  /// Consumes the rest of a string that names a kind of edit; nil: it names none.
  @inline(__always)
  fileprivate mutating func editKind() -> UnsafeRawBufferPointer? {
    var ahead = self
    if ahead.expect(#"type""#) {
      let kind = take(4)
      self = ahead
      return kind
    }
    guard let kind = plainString(), EditKind(utf8: kind) != nil else { return nil }
    return kind
  }
}
