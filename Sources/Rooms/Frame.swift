/// One WebSocket text message, encoded once and shared by all who get it (RFC 6455 §5.2).
///
///     [ headroom | header 2, 4 or 10 bytes | payload ]
///
/// The payload is written behind ten bytes of headroom; the header is filled in backwards once its
/// length is known, so that header and payload leave in one write without a copy.
package final class Frame: Sendable {
  package static let headroom = 10

  private let storage: [UInt8]
  private let start: Int

  /// Takes a payload that has ``headroom`` bytes in front.
  init(storage: consuming [UInt8]) {
    let length = storage.count - Self.headroom
    let extended = length < 126 ? 0 : length <= Int(UInt16.max) ? 2 : 8
    start = Self.headroom - 2 - extended
    storage[start] = 0x81
    storage[start + 1] = extended == 0 ? UInt8(length) : extended == 2 ? 126 : 127
    for index in 0..<extended {
      storage[Self.headroom - 1 - index] = UInt8(truncatingIfNeeded: length >> (8 * index))
    }
    self.storage = storage
  }

  /// A frame around one message.
  package convenience init(_ message: [UInt8]) {
    var storage = [UInt8](repeating: 0, count: Self.headroom)
    storage.append(contentsOf: message)
    self.init(storage: storage)
  }

  /// Header and payload, as they go onto the wire.
  package func withWireBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
    -> Result
  {
    try storage.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[start...])) }
  }

  /// The message without its header.
  package var payload: ArraySlice<UInt8> { storage[Self.headroom...] }
}
