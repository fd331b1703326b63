/// A draft's text, edited by Unicode scalars and kept as UTF-8.
///
/// Nearly every key is typed at the end of ASCII text, so both are constant time: an edit at the
/// end, and any position while the text is ASCII (then scalars are bytes).
package struct DraftText: Equatable, Sendable {
  package private(set) var utf8: [UInt8] = []
  /// Length in Unicode scalars.
  package private(set) var scalars = 0

  package init() {}

  package init(_ text: String) {
    utf8 = Array(text.utf8)
    scalars = utf8.withUnsafeBytes(Self.countScalars)
  }

  package var isEmpty: Bool { utf8.isEmpty }
  package var string: String { String(decoding: utf8, as: UTF8.self) }

  /// Replaces `del` scalars at scalar `at` by `ins`; false, and nothing changed, when the range is
  /// not inside the draft.
  @discardableResult
  package mutating func replace(at: Int, del: Int, with ins: UnsafeRawBufferPointer) -> Bool {
    guard at >= 0, del >= 0, at <= scalars, del <= scalars - at else { return false }
    if ins.count == 1, at == scalars {
      // A key at the end.
      utf8.append(ins[0])
      scalars += ins[0] & 0xC0 != 0x80 ? 1 : 0
      return true
    }
    let inserted = Self.countScalars(ins)
    if at == scalars {
      utf8.append(contentsOf: ins)
    } else {
      let start = byteIndex(at, from: 0, scalars: 0)
      let end =
        at + del == scalars ? utf8.count : byteIndex(at + del, from: start, scalars: at)
      if ins.isEmpty, end == utf8.count {
        utf8.removeLast(end - start)
      } else {
        utf8.replaceSubrange(start..<end, with: ins)
      }
    }
    scalars += inserted - del
    return true
  }

  @discardableResult
  package mutating func replace(at: Int, del: Int, with ins: String) -> Bool {
    var ins = ins
    return ins.withUTF8 { replace(at: at, del: del, with: UnsafeRawBufferPointer($0)) }
  }

  /// At most `reach` scalars before a splice inside the draft, and as many behind what it deletes.
  package func surroundings(at: Int, del: Int, reach: Int) -> (before: String, behind: String) {
    let start = at == scalars ? utf8.count : byteIndex(at, from: 0, scalars: 0)
    let end = at + del == scalars ? utf8.count : byteIndex(at + del, from: start, scalars: at)
    var first = start
    var seen = 0
    while first > 0, seen < reach {
      first -= 1
      if utf8[first] & 0xC0 != 0x80 { seen += 1 }
    }
    let last = byteIndex(min(at + del + reach, scalars), from: end, scalars: at + del)
    return (
      String(decoding: utf8[first..<start], as: UTF8.self),
      String(decoding: utf8[end..<last], as: UTF8.self)
    )
  }

  /// Byte position of scalar `target`, walking from a known (byte, scalar) pair.
  private func byteIndex(_ target: Int, from byte: Int, scalars known: Int) -> Int {
    if utf8.count == scalars { return target }
    var byte = byte
    var seen = known
    while seen < target {
      byte += 1
      while byte < utf8.count, utf8[byte] & 0xC0 == 0x80 { byte += 1 }
      seen += 1
    }
    return byte
  }

  /// Unicode scalars in valid UTF-8: the bytes that do not continue one.
  @inline(__always)
  package static func countScalars(_ utf8: UnsafeRawBufferPointer) -> Int {
    var count = 0
    for byte in utf8 where byte & 0xC0 != 0x80 { count += 1 }
    return count
  }
}
