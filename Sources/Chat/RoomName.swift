/// A room: `[a-z0-9][a-z0-9-]{0,31}`; its bytes are the key of its records in the log.
package struct RoomName: Hashable, Sendable, Comparable {
  package let text: String
  /// The same name as a record key; shared by every record of the room.
  package let key: [UInt8]

  /// The room that `/` opens.
  package static let lobby = RoomName(unchecked: "lobby")

  /// Parses a name from outside; nil unless it is 1–32 characters of the alphabet.
  package init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard let room = bytes.withUnsafeBytes({ RoomName(key: $0) }) else { return nil }
    self = room
  }

  /// Parses a record key; nil unless it is a room's name.
  package init?(key bytes: UnsafeRawBufferPointer) {
    guard (1...Limits.roomNameCharacters).contains(bytes.count), bytes[0] != UInt8(ascii: "-")
    else { return nil }
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"):
        continue
      default: return nil
      }
    }
    self.init(unchecked: String(decoding: bytes, as: UTF8.self))
  }

  init(unchecked text: String) {
    self.text = text
    key = Array(text.utf8)
  }

  package static func == (left: Self, right: Self) -> Bool { left.text == right.text }
  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
  package static func < (left: Self, right: Self) -> Bool {
    left.key.lexicographicallyPrecedes(right.key)
  }
}

extension RoomName: CustomStringConvertible {
  package var description: String { text }
}
