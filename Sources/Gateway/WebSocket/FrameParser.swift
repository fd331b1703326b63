import Chat

/// What a client's bytes on an upgraded connection mean (RFC 6455 §5.2), however they are cut.
///
///     0  FIN 1 | RSV 3 | opcode 4      RSV is 0: no extension was agreed
///     1  MASK 1 | length 7             MASK is 1; length 126: two bytes follow, 127: eight
///     …  masking key, 4 bytes
///     …  payload, byte i masked with key[i mod 4]
///
/// Pure: bytes in, pieces out. A fault ends it; so does a close frame.
struct FrameParser {
  /// One thing the client said.
  ///
  /// Bytes are valid only inside the closure that got them.
  enum Piece {
    /// A whole message, its fragments joined, valid UTF-8.
    case text(UnsafeRawBufferPointer)
    /// The same of bytes; only where they are taken.
    case binary(UnsafeRawBufferPointer)
    case ping(UnsafeRawBufferPointer)
    case pong
    /// The client ends the connection; nil when it gave no code.
    case close(code: UInt16?)
  }

  /// Bytes of a control frame's payload.
  static let controlBytes = 125

  private enum Opcode {
    static let continuation: UInt8 = 0x0
    static let text: UInt8 = 0x1
    static let binary: UInt8 = 0x2
    static let close: UInt8 = 0x8
    static let ping: UInt8 = 0x9
    static let pong: UInt8 = 0xA
  }

  /// A frame whose header is known and whose payload is not complete.
  private struct Open {
    let opcode: UInt8
    let isFinal: Bool
    let mask: UInt32
    let length: Int
    var received = 0

    var isControl: Bool { opcode >= 0x8 }
  }

  /// Bytes of a message's limit for each frame it may come in: empty frames cost their sender no
  /// budget, and without a bound a message of them need never end.
  private static let bytesPerFragment = 64
  private static let fragmentsLeast = 16

  private let limit: Int
  private let takesBinary: Bool
  private var header = [14 of UInt8](repeating: 0)
  private var headerCount = 0
  private var open: Open?
  private var isInMessage = false
  /// Frames of the open message that are complete.
  private var fragments = 0
  private var isBinary = false
  private var message: [UInt8] = []
  private var control: [UInt8] = []
  private var check = UTF8Check()
  /// After a close frame or a fault nothing is read any more.
  private(set) var isEnded = false

  /// `limit`: bytes of a whole message; the protocol has none that are binary.
  init(limit: Int = Limits.clientMessageBytes, takesBinary: Bool = false) {
    self.limit = limit
    self.takesBinary = takesBinary
  }

  /// Reads the next bytes of the connection.
  mutating func parse(
    _ input: UnsafeRawBufferPointer, _ receive: (Piece) -> Void
  ) throws(FrameFault) {
    var rest = input[...]
    do {
      while !rest.isEmpty, !isEnded {
        if open == nil { try readHeader(&rest) }
        if open != nil { try readPayload(&rest, receive) }
      }
    } catch {
      isEnded = true
      throw error
    }
    // An idle connection holds no buffer.
    if message.isEmpty { message = [] }
  }
}

// The header.
extension FrameParser {
  private mutating func readHeader(
    _ rest: inout Slice<UnsafeRawBufferPointer>
  ) throws(FrameFault) {
    while let byte = rest.first {
      rest = rest.dropFirst()
      header[headerCount] = byte
      headerCount += 1
      if headerCount == 1 { try checkFirst(byte) }
      if headerCount == 2, byte & 0x80 == 0 {
        throw .broken("a client's frames are masked")
      }
      guard headerCount >= 2, headerCount == 6 + lengthBytes else { continue }
      open = try frame()
      headerCount = 0
      return
    }
  }

  /// Bytes of the extended length.
  private var lengthBytes: Int {
    switch header[1] & 0x7F {
    case 126: 2
    case 127: 8
    default: 0
    }
  }

  private mutating func checkFirst(_ byte: UInt8) throws(FrameFault) {
    guard byte & 0x70 == 0 else { throw .broken("reserved bits are set") }
    let isFinal = byte & 0x80 != 0
    switch byte & 0x0F {
    case Opcode.continuation:
      guard isInMessage else { throw .broken("nothing to continue") }
    case Opcode.text, Opcode.binary:
      guard byte & 0x0F == Opcode.text || takesBinary else { throw .binary }
      guard !isInMessage else { throw .broken("a message within a message") }
      isBinary = byte & 0x0F == Opcode.binary
    case Opcode.close, Opcode.ping, Opcode.pong:
      guard isFinal else { throw .broken("a control frame in fragments") }
    default: throw .broken("a reserved opcode")
    }
  }

  private func frame() throws(FrameFault) -> Open {
    let short = header[1] & 0x7F
    var length = UInt64(short)
    if short >= 126 {
      length = 0
      for index in 2..<2 + lengthBytes { length = length << 8 | UInt64(header[index]) }
    }
    let opcode = header[0] & 0x0F
    if opcode >= 0x8 {
      guard length <= Self.controlBytes else { throw .broken("a control frame over 125 bytes") }
    } else {
      guard length >> 63 == 0 else { throw .broken("a length over 63 bits") }
      guard length <= limit - message.count else { throw .tooBig }
    }
    var mask: UInt32 = 0
    for index in (2 + lengthBytes..<6 + lengthBytes).reversed() {
      mask = mask << 8 | UInt32(header[index])
    }
    return Open(
      opcode: opcode, isFinal: header[0] & 0x80 != 0, mask: mask, length: Int(length))
  }
}

// The payload.
extension FrameParser {
  private mutating func readPayload(
    _ rest: inout Slice<UnsafeRawBufferPointer>, _ receive: (Piece) -> Void
  ) throws(FrameFault) {
    guard var frame = open else { return }
    let count = min(rest.count, frame.length - frame.received)
    let part = UnsafeRawBufferPointer(rebasing: rest.prefix(count))
    rest = rest.dropFirst(count)
    let mask = frame.mask.rotated(by: frame.received)
    frame.received += count
    open = frame.received == frame.length ? nil : frame
    if frame.isControl {
      Self.unmask(part, mask, into: &control)
      guard open == nil else { return }
      try finishControl(frame.opcode, receive)
      return
    }
    let start = message.count
    Self.unmask(part, mask, into: &message)
    if !isBinary {
      let isText = message.withUnsafeBytes {
        check.accept(UnsafeRawBufferPointer(rebasing: $0[start...]))
      }
      guard isText else { throw .notText }
    }
    guard open == nil else { return }
    isInMessage = !frame.isFinal
    fragments += 1
    guard frame.isFinal else {
      let most = max(limit / Self.bytesPerFragment, Self.fragmentsLeast)
      guard fragments < most else { throw .tooBig }
      return
    }
    fragments = 0
    guard check.isComplete else { throw .notText }
    message.withUnsafeBytes { receive(isBinary ? .binary($0) : .text($0)) }
    message.removeAll(keepingCapacity: true)
  }

  private mutating func finishControl(
    _ opcode: UInt8, _ receive: (Piece) -> Void
  ) throws(FrameFault) {
    let payload = control
    control = []
    switch opcode {
    case Opcode.ping: payload.withUnsafeBytes { receive(.ping($0)) }
    case Opcode.pong: receive(.pong)
    default:
      let code = try Self.closeCode(payload)
      isEnded = true
      receive(.close(code: code))
    }
  }

  /// The code of a close frame; faults where RFC 6455 §7.4 allows none.
  private static func closeCode(_ payload: [UInt8]) throws(FrameFault) -> UInt16? {
    guard !payload.isEmpty else { return nil }
    guard payload.count >= 2 else { throw .broken("half a close code") }
    let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
    switch code {
    case 1000...1003, 1007...1014, 3000...4999: break
    default: throw .broken("a close code that is none")
    }
    var check = UTF8Check()
    let isText = payload.withUnsafeBytes {
      check.accept(UnsafeRawBufferPointer(rebasing: $0[2...]))
    }
    guard isText, check.isComplete else { throw .notText }
    return code
  }

  /// Appends the bytes, each XORed with its byte of the mask; eight a step.
  private static func unmask(
    _ bytes: UnsafeRawBufferPointer, _ mask: UInt32, into target: inout [UInt8]
  ) {
    let start = target.count
    target.append(contentsOf: bytes)
    let wide = UInt64(mask) | UInt64(mask) << 32
    target.withUnsafeMutableBytes { all in
      var index = start
      while index + 8 <= all.count {
        let word = all.loadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian
        all.storeBytes(of: (word ^ wide).littleEndian, toByteOffset: index, as: UInt64.self)
        index += 8
      }
      while index < all.count {
        all[index] ^= UInt8(truncatingIfNeeded: wide >> UInt64(8 * ((index - start) & 3)))
        index += 1
      }
    }
  }
}

extension UInt32 {
  /// The mask as it applies `count` bytes later.
  fileprivate func rotated(by count: Int) -> UInt32 {
    let bits = UInt32(8 * (count & 3))
    return bits == 0 ? self : self >> bits | self << (32 - bits)
  }
}
