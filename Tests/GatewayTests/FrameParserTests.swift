import Testing

@testable import Gateway

@Suite struct FrameParserTests {
  /// A piece that outlives the closure.
  enum Said: Equatable {
    case text([UInt8])
    case ping([UInt8])
    case binary([UInt8])
    case pong
    case close(UInt16?)
    case fault(FrameFault)
  }

  /// Feeds the parts one after another.
  static func parse(_ parts: [[UInt8]], limit: Int = 65_536) -> [Said] {
    var parser = FrameParser(limit: limit)
    var said: [Said] = []
    for part in parts {
      part.withUnsafeBytes { bytes in
        do throws(FrameFault) {
          try parser.parse(bytes) { piece in
            switch piece {
            case .text(let bytes): said.append(.text([UInt8](bytes)))
            case .binary(let bytes): said.append(.binary([UInt8](bytes)))
            case .ping(let bytes): said.append(.ping([UInt8](bytes)))
            case .pong: said.append(.pong)
            case .close(let code): said.append(.close(code))
            }
          }
        } catch {
          said.append(.fault(error))
        }
      }
    }
    return said
  }

  static func frame(
    _ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true
  ) -> [UInt8] {
    WebSocket.frame(opcode, payload, isFinal: isFinal, mask: [0xA5, 0x0F, 0xFF, 0x33])
  }

  static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test func `every split of a talk means the same`() {
    let talk =
      Self.frame(1, Self.text("{\"type\":\"hello\"}")) + Self.frame(9, [1, 2, 3])
      + Self.frame(1, Self.text("grüße, "), isFinal: false) + Self.frame(10, [])
      + Self.frame(0, Self.text("日本"), isFinal: false) + Self.frame(0, Self.text("🎭"))
      + Self.frame(1, [UInt8](repeating: 0x61, count: 300)) + Self.frame(8, [3, 0xE8])
    let whole: [Said] = [
      .text(Self.text("{\"type\":\"hello\"}")), .ping([1, 2, 3]), .pong,
      .text(Self.text("grüße, 日本🎭")), .text([UInt8](repeating: 0x61, count: 300)),
      .close(1000),
    ]
    #expect(Self.parse([talk]) == whole)
    #expect(Self.parse(talk.map { [$0] }) == whole)
    for split in 0...talk.count {
      #expect(Self.parse([Array(talk[..<split]), Array(talk[split...])]) == whole)
    }
  }

  @Test(arguments: [0, 1, 125, 126, 127, 65_535, 65_536])
  func `a message of any size up to the limit passes`(count: Int) {
    let payload = (0..<count).map { UInt8($0 % 127) }
    #expect(Self.parse([Self.frame(1, payload)]) == [.text(payload)])
  }

  @Test func `a message over the limit is refused before its payload comes`() {
    #expect(Self.parse([[0x81, 0xFF, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0]]) == [.fault(.tooBig)])
    let fragments =
      Self.frame(1, [UInt8](repeating: 0x61, count: 60), isFinal: false)
      + Self.frame(0, [UInt8](repeating: 0x61, count: 41))
    #expect(Self.parse([fragments], limit: 100) == [.fault(.tooBig)])
  }

  @Test func `a message comes in a bounded number of frames, however small they are`() {
    let most = 65_536 / 64
    func talk(_ frames: Int, _ payload: [UInt8]) -> [UInt8] {
      let middle = Self.frame(0, payload, isFinal: false) + Self.frame(9, [7])
      return Self.frame(1, payload, isFinal: false)
        + Array(repeating: middle, count: frames - 2).joined() + Self.frame(0, payload)
    }
    for payload in [[], [0x61]] as [[UInt8]] {
      let whole = Self.parse([talk(most, payload)])
      #expect(whole.last == .text(Array(repeating: payload, count: most).flatMap { $0 }))
      #expect(Self.parse([talk(most + 1, payload)]).last == .fault(.tooBig))
      // Each message has its own count.
      #expect(Self.parse([talk(most, payload) + talk(most, payload)]).last == whole.last)
    }
  }

  @Test func `a length over 63 bits is refused and does not trap`() {
    let frame: [UInt8] = [0x81, 0xFF] + [UInt8](repeating: 0xFF, count: 12)
    #expect(Self.parse([frame]) == [.fault(.broken("a length over 63 bits"))])
    let most: [UInt8] = [0x81, 0xFF, 0x7F] + [UInt8](repeating: 0xFF, count: 11)
    #expect(Self.parse([most]) == [.fault(.tooBig)])
  }

  @Test(arguments: [
    ("unmasked", [0x81, 0x00] as [UInt8]), ("reserved bit 1", [0xC1]), ("reserved bit 2", [0xA1]),
    ("reserved bit 3", [0x91]), ("opcode 3", [0x83]), ("opcode 7", [0x87]), ("opcode 11", [0x8B]),
    ("opcode 15", [0x8F]), ("a ping in fragments", [0x09]), ("a close in fragments", [0x08]),
    ("nothing to continue", [0x80]), ("a long ping", [0x89, 0xFE, 0, 126, 0, 0, 0, 0]),
    ("a long close", [0x88, 0xFE, 0, 200, 0, 0, 0, 0]),
    ("half a close code", [0x88, 0x81, 0, 0, 0, 0, 3]),
  ])
  func `what the protocol forbids is broken framing`(name: String, bytes: [UInt8]) {
    let said = Self.parse([bytes])
    guard said.count == 1, case .fault(.broken(_))? = said.first else {
      Issue.record("\(name): \(said)")
      return
    }
  }

  @Test func `a message within a message is refused`() {
    let talk = Self.frame(1, [0x61], isFinal: false) + Self.frame(1, [0x62])
    #expect(Self.parse([talk]) == [.fault(.broken("a message within a message"))])
  }

  @Test func `a binary message is refused`() {
    #expect(Self.parse([[0x82, 0x80, 0, 0, 0, 0]]) == [.fault(.binary)])
  }

  @Test(arguments: [1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 3999, 4000, 4999] as [UInt16])
  func `a close code that may be sent passes`(code: UInt16) {
    let frame = Self.frame(8, [UInt8(code >> 8), UInt8(code & 255)] + Self.text("so long"))
    #expect(Self.parse([frame]) == [.close(code)])
  }

  @Test(arguments: [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535] as [UInt16])
  func `a close code that may not be sent is broken framing`(code: UInt16) {
    let frame = Self.frame(8, [UInt8(code >> 8), UInt8(code & 255)])
    #expect(Self.parse([frame]) == [.fault(.broken("a close code that is none"))])
  }

  @Test func `a close without a code passes, with a reason that is no text not`() {
    #expect(Self.parse([Self.frame(8, [])]) == [.close(nil)])
    #expect(Self.parse([Self.frame(8, [3, 0xE8, 0xFF])]) == [.fault(.notText)])
    #expect(Self.parse([Self.frame(8, [3, 0xE8, 0xC3])]) == [.fault(.notText)])
  }

  @Test func `nothing is read behind a close`() {
    #expect(Self.parse([Self.frame(8, []) + Self.frame(1, [0x61])]) == [.close(nil)])
    #expect(Self.parse([Self.frame(8, []), Self.frame(1, [0x61])]) == [.close(nil)])
  }

  @Test(
    arguments: [
      [0xFF], [0xC0, 0x80], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
      [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80],
      [0x61, 0xE2, 0x82],
    ] as [[UInt8]])
  func `text that is not UTF-8 is refused, also over fragments`(bytes: [UInt8]) {
    #expect(Self.parse([Self.frame(1, bytes)]) == [.fault(.notText)])
    for split in 0...bytes.count {
      let talk =
        Self.frame(1, Array(bytes[..<split]), isFinal: false)
        + Self.frame(0, Array(bytes[split...]))
      #expect(Self.parse([talk]) == [.fault(.notText)])
    }
  }

  @Test func `text that cannot become UTF-8 is refused before its message ends`() {
    let frame = Self.frame(1, [0x61, 0xFF, 0x61, 0x61])
    #expect(Self.parse([Array(frame.dropLast(2))]) == [.fault(.notText)])
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `random bytes never trap, and a split never changes what they mean`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 1...12, using: &random) {
      if Int.random(in: 0..<8, using: &random) == 0 {
        bytes += (0..<Int.random(in: 1...20, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
      } else {
        let opcode = [0, 1, 1, 1, 2, 8, 9, 10].randomElement(using: &random) ?? 1
        let count = [0, 3, 125, 126, 400].randomElement(using: &random) ?? 0
        bytes += Self.frame(
          UInt8(opcode), (0..<count).map { _ in UInt8.random(in: 0x20...0x7E, using: &random) },
          isFinal: Bool.random(using: &random))
      }
    }
    let whole = Self.parse([bytes], limit: 1_000)
    let split = Int.random(in: 0...bytes.count, using: &random)
    #expect(
      Self.parse([Array(bytes[..<split]), Array(bytes[split...])], limit: 1_000) == whole,
      "seed \(seed)")
  }
}

/// SplitMix64: the same numbers from the same seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
