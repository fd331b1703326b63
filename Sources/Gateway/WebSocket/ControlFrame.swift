/// Control frames as a server writes them: unmasked, whole, at most 125 bytes of payload.
enum ControlFrame {
  static let ping: [UInt8] = [0x89, 0]

  static func pong(_ payload: UnsafeRawBufferPointer) -> [UInt8] {
    [0x8A, UInt8(payload.count)] + payload
  }

  /// A close frame; without a code, an empty one, so that 1005 never goes out.
  static func close(_ code: UInt16?, _ reason: String = "") -> [UInt8] {
    guard let code else { return [0x88, 0] }
    let words = reason.utf8.prefix(FrameParser.controlBytes - 2)
    return [0x88, UInt8(2 + words.count), UInt8(code >> 8), UInt8(truncatingIfNeeded: code)] + words
  }
}
