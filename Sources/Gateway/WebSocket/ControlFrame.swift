/// Control frames as a server writes them: unmasked, whole, at most 125 bytes of payload.
enum ControlFrame {
  static let ping: [UInt8] = [0x89, 0]
  static let text: UInt8 = 0x1
  static let binary: UInt8 = 0x2

  static func pong(_ payload: UnsafeRawBufferPointer) -> [UInt8] {
    [0x8A, UInt8(payload.count)] + payload
  }

  /// A whole message; only for tests of the framing, as the protocol's own frames are shared.
  static func message(_ payload: UnsafeRawBufferPointer, _ opcode: UInt8) -> [UInt8] {
    var frame: [UInt8] = [0x80 | opcode]
    let length = payload.count
    let bytes = length < 126 ? 0 : length <= Int(UInt16.max) ? 2 : 8
    frame.append(bytes == 0 ? UInt8(length) : bytes == 2 ? 126 : 127)
    for place in (0..<bytes).reversed() {
      frame.append(UInt8(truncatingIfNeeded: length >> (8 * place)))
    }
    return frame + payload
  }

  /// A close frame; without a code, an empty one, so that 1005 never goes out.
  static func close(_ code: UInt16?, _ reason: String = "") -> [UInt8] {
    guard let code else { return [0x88, 0] }
    let words = reason.utf8.prefix(FrameParser.controlBytes - 2)
    return [0x88, UInt8(2 + words.count), UInt8(code >> 8), UInt8(truncatingIfNeeded: code)] + words
  }
}
