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

  @inline(__always)
  package init?(_ bytes: UnsafeRawBufferPointer) {
    var cursor = JSONCursor(bytes)
    guard cursor.expect(#"{"type":"draft.edited","by":""#),
      let by = cursor.take(13).flatMap({ ParticipantID(utf8: $0) }), by.isPerson,
      cursor.expect(#"","session":""#),
      let session = cursor.take(5).flatMap({ SessionID(utf8: $0) }),
      cursor.expect(#"","seq":"#), let seq = cursor.integer(),
      cursor.expect(#","draft":"#), let draft = cursor.integer(),
      cursor.expect(#","at":"#), let at = cursor.integer(),
      cursor.expect(#","del":"#), let del = cursor.integer(),
      cursor.expect(#","ins":""#), let ins = cursor.plainString(),
      cursor.expect(#","kind":""#), let kind = cursor.plainString(),
      cursor.expect("}"), cursor.isAtEnd, EditKind.isKnown(kind)
    else { return nil }
    author = Author(by: by, session: session, seq: seq)
    self.draft = draft
    self.at = Int(at)
    self.del = Int(del)
    self.ins = ins
    self.kind = kind
  }
}

extension EditKind {
  /// Whether these bytes name a kind.
  @inline(__always)
  package static func isKnown(_ bytes: UnsafeRawBufferPointer) -> Bool {
    switch bytes.count {
    case 3: bytes.elementsEqual("cut".utf8)
    case 4: bytes.elementsEqual("type".utf8) || bytes.elementsEqual("undo".utf8)
    case 5: bytes.elementsEqual("paste".utf8) || bytes.elementsEqual("other".utf8)
    case 6: bytes.elementsEqual("delete".utf8)
    case 7: bytes.elementsEqual("compose".utf8)
    default: false
    }
  }
}
