import Chat

/// A client's side of a WebSocket, byte by byte.
final class WebSocket {
  static let key = "dGhlIHNhbXBsZSBub25jZQ=="
  static let handshake = [
    "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: \(key)", "Sec-WebSocket-Protocol: verbatim.v1",
  ]

  let connection: TCP

  init(_ connection: TCP) { self.connection = connection }

  struct Frame {
    let opcode: UInt8
    let payload: [UInt8]

    /// The code of a close frame.
    var code: Int? {
      opcode == 8 && payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil
    }
  }

  static func frame(
    _ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, mask: [UInt8] = [1, 2, 3, 4]
  ) -> [UInt8] {
    var frame: [UInt8] = [opcode | (isFinal ? 0x80 : 0)]
    if payload.count < 126 {
      frame.append(0x80 | UInt8(payload.count))
    } else if payload.count < 65_536 {
      frame += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
    } else {
      frame.append(0x80 | 127)
      frame += (0..<8).reversed().map { UInt8(payload.count >> (8 * $0) & 255) }
    }
    return frame + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
  }

  func say(_ text: String) { connection.send(Self.frame(1, Array(text.utf8))) }

  func close(_ code: Int? = nil) {
    connection.send(Self.frame(8, code.map { [UInt8($0 >> 8), UInt8($0 & 255)] } ?? []))
  }

  func read() throws -> Frame {
    let head = try connection.read(2)
    var length = Int(head[1] & 0x7F)
    if length == 126 {
      length = try connection.read(2).reduce(0) { $0 << 8 | Int($1) }
    } else if length == 127 {
      length = try connection.read(8).reduce(0) { $0 << 8 | Int($1) }
    }
    return Frame(opcode: head[0] & 15, payload: try connection.read(length))
  }

  static func parse(_ bytes: [UInt8]) throws -> JSONValue {
    try bytes.withUnsafeBytes { try JSONParser.parse($0, depth: 8) }
  }

  /// The next text message.
  func message() throws -> JSONObject {
    while true {
      let frame = try read()
      guard frame.opcode == 1 else {
        if frame.opcode == 8 { throw TCP.Failure(description: "closed: \(frame.code ?? 0)") }
        continue
      }
      guard case .object(let object) = try Self.parse(frame.payload) else {
        throw TCP.Failure(description: "no object")
      }
      return object
    }
  }

  /// The next message of a type; others are passed over.
  func message(_ type: String) throws -> JSONObject {
    while true {
      let message = try message()
      if message.string("type") == type { return message }
    }
  }

  /// The code of the close frame that comes; what comes before is passed over.
  func closeCode() throws -> Int? {
    while true {
      let frame = try read()
      if frame.opcode == 8 { return frame.code }
    }
  }
}
