import NIOCore

/// Kafka's primitive types, written into an answer; see ``WireReader``.
extension ByteBuffer {
  mutating func write(_ error: ErrorCode) { writeInteger(error.rawValue) }

  /// At most 32,767 bytes; what is longer is cut before a character.
  mutating func writeText(_ text: String) {
    var text = Substring(text)
    if text.utf8.count > Int(Int16.max) {
      var end = text.utf8.index(text.startIndex, offsetBy: Int(Int16.max))
      // Not within a character's bytes.
      while text.utf8[end] & 0xC0 == 0x80 { end = text.utf8.index(before: end) }
      text = text[..<end]
    }
    writeInteger(Int16(text.utf8.count))
    writeSubstring(text)
  }

  mutating func writeNullableText(_ text: String?) {
    if let text { writeText(text) } else { writeInteger(Int16(-1)) }
  }

  mutating func writeSized(_ bytes: [UInt8]) {
    writeInteger(Int32(bytes.count))
    writeBytes(bytes)
  }

  mutating func writeArray<Elements: Collection>(
    _ elements: Elements, _ element: (inout ByteBuffer, Elements.Element) -> Void
  ) {
    writeInteger(Int32(elements.count))
    for each in elements { element(&self, each) }
  }

  /// How long a client is asked to be quiet: never, the socket is simply not read.
  mutating func writeNoThrottle() { writeInteger(Int32(0)) }
}

/// An answer's frame.
///
///     INT32 length of what follows | INT32 correlation ID | body
///
/// The header has no tagged fields, also where the body has them: only ApiVersions does here, and
/// its header never has any.
enum ResponseFrame {
  /// Bytes of the length.
  static let prefixBytes = 4

  static func make(
    _ correlation: Int32, capacity: Int = 256, _ body: (inout ByteBuffer) -> Void
  ) -> ByteBuffer {
    var buffer = ByteBufferAllocator().buffer(capacity: capacity)
    buffer.writeInteger(Int32(0))
    buffer.writeInteger(correlation)
    body(&buffer)
    buffer.setInteger(Int32(buffer.writerIndex - prefixBytes), at: 0)
    return buffer
  }
}
