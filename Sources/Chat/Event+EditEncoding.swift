extension Event {
  /// The canonical JSON of a `draft.edited`, written in one go; nil: what it inserts needs an
  /// escape.
  ///
  /// More than nine in ten events are one.
  static func plainEditJSON(_ author: Author, draft: Int64, _ edit: Edit) -> [UInt8]? {
    guard author.by.isPerson else { return nil }
    var ins = edit.ins
    return ins.withUTF8 { text in
      for byte in text where byte < 0x20 || byte == 0x22 || byte == 0x5C || byte > 0x7E {
        return nil
      }
      return [UInt8](unsafeUninitializedCapacity: text.count + editBytes) { bytes, count in
        var line = PlainText(bytes.baseAddress)
        line.put(#"{"type":"draft.edited","by":"p"#)
        line.put(base32: author.by.packed, count: ParticipantID.characters)
        line.put(#"","session":""#)
        line.put(base32: UInt64(author.session.packed), count: SessionID.characters)
        line.put(#"","seq":"#)
        line.put(author.seq)
        line.put(#","draft":"#)
        line.put(draft)
        line.put(#","at":"#)
        line.put(Int64(edit.at))
        line.put(#","del":"#)
        line.put(Int64(edit.del))
        line.put(#","ins":""#)
        line.put(text)
        line.put(#"","kind":""#)
        line.put(edit.kind.text)
        line.put(#""}"#)
        count = line.count
      }
    }
  }

  /// Bytes of an edit besides what it inserts, at most: the names, four numbers, two identifiers.
  private static let editBytes = 256
}

extension EditKind {
  package var text: StaticString {
    switch self {
    case .type: "type"
    case .delete: "delete"
    case .paste: "paste"
    case .cut: "cut"
    case .compose: "compose"
    case .undo: "undo"
    case .other: "other"
    }
  }
}

/// Bytes on their way into memory that has room for all of them.
private struct PlainText {
  private let start: UnsafeMutablePointer<UInt8>
  private(set) var count = 0

  init(_ start: UnsafeMutablePointer<UInt8>?) {
    guard let start else { preconditionFailure("memory of some size has an address") }
    self.start = start
  }

  @inline(__always)
  mutating func put(_ text: StaticString) {
    (start + count).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
    count += text.utf8CodeUnitCount
  }

  @inline(__always)
  mutating func put(_ text: UnsafeBufferPointer<UInt8>) {
    guard let first = text.baseAddress else { return }
    (start + count).update(from: first, count: text.count)
    count += text.count
  }

  @inline(__always)
  mutating func put(base32 packed: UInt64, count characters: Int) {
    Base32.write(packed, count: characters, at: UnsafeMutableRawPointer(start + count))
    count += characters
  }

  @inline(__always)
  mutating func put(_ number: Int64) {
    let place = UnsafeMutableRawPointer(start + count)
    count += Decimal.write(number, at: place) - place
  }
}
