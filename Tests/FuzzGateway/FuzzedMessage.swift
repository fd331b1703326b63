import Chat
import Rooms

/// A client message, read twice.
///
/// Holds: the fast path for edits understands what the general parser does, and nothing else.
enum FuzzedMessage {
  static func check(_ bytes: [UInt8]) {
    // A space behind the brace: the fast path does not take it, and it means nothing.
    guard bytes.first == UInt8(ascii: "{") else { return }
    let spaced = [bytes[0], UInt8(ascii: " ")] + bytes[1...]
    let (fast, slow) = (parse(bytes), parse(spaced))
    switch (fast, slow) {
    case (.success(let one), .success(let other)):
      require(one == other, "\(one) with a space is \(other)")
    case (.failure, .failure): break
    default: fatalError("with a space \(fast) is \(slow)")
    }
  }

  private static func parse(_ bytes: [UInt8]) -> Result<ClientMessage, MessageFault> {
    bytes.withUnsafeBytes { bytes in
      Result { () throws(MessageFault) in try ClientMessage.parse(bytes) }
    }
  }
}
