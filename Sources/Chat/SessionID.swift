/// One tab of one person: five base32 characters, chosen by the client, kept over reconnects.
package struct SessionID: Hashable, Sendable, Comparable {
  package let packed: UInt32
  static let characters = 5

  /// A session, from 25 random bits; higher bits are ignored.
  package init(bits: UInt32) { packed = bits & (1 << 25 - 1) }

  /// Parses the text of an identifier; nil when it is none.
  package init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard let id = bytes.withUnsafeBytes({ SessionID(utf8: $0) }) else { return nil }
    self = id
  }

  /// Parses the bytes of an identifier; nil when they are none.
  @inline(__always)
  package init?(utf8 bytes: UnsafeRawBufferPointer) {
    guard bytes.count == Self.characters,
      let bits = Base32.pack(bytes, from: 0, count: Self.characters)
    else { return nil }
    packed = UInt32(truncatingIfNeeded: bits)
  }

  package static func < (left: Self, right: Self) -> Bool { left.packed < right.packed }

  func append(to bytes: inout [UInt8]) {
    Base32.append(UInt64(packed), count: Self.characters, to: &bytes)
  }
}

extension SessionID: CustomStringConvertible {
  package var description: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
