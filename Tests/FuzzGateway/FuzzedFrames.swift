/// The frame parser, against a slow reading of RFC 6455 that looks at all bytes at once.
///
/// Holds: however the bytes are cut, the same pieces come, and the same fault; both are those of
/// the slow reading.
enum FuzzedFrames {
  /// Small enough for a fuzzer to reach.
  private static let limit = 1_000

  /// The first byte: how the rest is cut, and whether it is frames to be put together.
  static func run(_ input: [UInt8]) {
    let form = input[0]
    let bytes = form & 1 == 0 ? Array(input[1...]) : assembled(Array(input[1...]))
    let expected = SlowFrames.read(bytes, limit: limit)
    compare(parse(bytes, cuts: nil), expected, "in one piece")
    compare(parse(bytes, cuts: Cuts(seed: UInt64(form) | 1)), expected, "in pieces")
    if form & 2 != 0 { compare(parse(bytes, cuts: Cuts(seed: 0)), expected, "byte by byte") }
  }

  private static func compare(_ found: Outcome, _ expected: Outcome, _ how: String) {
    require(found == expected, "\(how): \(found)\nexpected \(expected)")
  }

  private static func parse(_ bytes: [UInt8], cuts: Cuts?) -> Outcome {
    var parser = FrameParser(limit: limit)
    var outcome = Outcome()
    var cuts = cuts
    var start = 0
    while start < bytes.count {
      let left = bytes.count - start
      let end = start + min(left, cuts?.next() ?? left)
      // A copy of its own, so that the sanitizer sees a step too far.
      let part = Array(bytes[start..<end])
      part.withUnsafeBytes { part in
        do throws(FrameFault) {
          try parser.parse(part) { outcome.add($0) }
        } catch {
          outcome.fault = Outcome.Fault(error)
        }
      }
      require(outcome.fault == nil || parser.isEnded, "a fault ends it")
      start = end
      if parser.isEnded { break }
    }
    return outcome
  }

  /// Frames from a compact form, so that lengths and masks are right more often than by chance:
  /// opcode and FIN, form and length, then the payload.
  private static func assembled(_ input: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = input[...]
    while let first = rest.popFirst(), let size = rest.popFirst() {
      let payload = Array(rest.prefix(Int(size & 0x3F)))
      rest = rest.dropFirst(payload.count)
      // Repeated, so that a few bytes make a long message.
      let times = [1, 3, 20, 40][Int(size >> 6)]
      let whole = Array([[UInt8]](repeating: payload, count: times).joined())
      let mask = [first, size, 0x5A, first ^ size]
      bytes.append(first)
      if whole.count < 126 {
        bytes.append(0x80 | UInt8(whole.count))
      } else if first & 0x40 == 0 {
        bytes += [0xFE, UInt8(whole.count >> 8), UInt8(whole.count & 255)]
      } else {
        bytes[bytes.count - 1] &= 0x8F
        bytes += [0xFF, 0, 0, 0, 0, 0, 0, UInt8(whole.count >> 8), UInt8(whole.count & 255)]
      }
      bytes += mask
      for (index, byte) in whole.enumerated() { bytes.append(byte ^ mask[index & 3]) }
    }
    return bytes
  }
}

/// Lengths of pieces, from a seed; all 1 for the seed 0.
private struct Cuts {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> Int {
    guard state != 0 else { return 1 }
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return 1 + Int(state % 40)
  }
}

/// What a client said, up to its end.
struct Outcome: Equatable {
  enum Said: Equatable {
    case text([UInt8])
    case ping([UInt8])
    case pong
    case close(UInt16?)
  }

  /// A fault without its words.
  enum Fault: Equatable {
    case broken, binary, notText, tooBig

    init(_ fault: FrameFault) {
      self =
        switch fault {
        case .broken: .broken
        case .binary: .binary
        case .notText: .notText
        case .tooBig: .tooBig
        }
    }
  }

  var said: [Said] = []
  var fault: Fault?

  mutating func add(_ piece: FrameParser.Piece) {
    switch piece {
    case .text(let bytes): said.append(.text(Array(bytes)))
    case .binary: fatalError("binary messages are not taken")
    case .ping(let bytes):
      require(bytes.count <= FrameParser.controlBytes, "a ping is short")
      said.append(.ping(Array(bytes)))
      require(ControlFrame.pong(bytes).count == bytes.count + 2, "a pong has its header")
    case .pong: said.append(.pong)
    case .close(let code):
      said.append(.close(code))
      let reserved: [UInt16] = [1004, 1005, 1006, 1015]
      require(code.map { !reserved.contains($0) && $0 >= 1000 } ?? true, "a code is one")
    }
  }
}
