import Chat
import TestSupport
import Testing

private func parse(_ text: String, depth: Int = 4) throws -> JSONValue {
  try parse(Array(text.utf8), depth: depth)
}

private func parse(
  _ bytes: [UInt8], depth: Int = 4, leniently: Bool = false
) throws -> JSONValue {
  try bytes.withUnsafeBytes { raw in
    Result { () throws(JSONError) in
      try JSONParser.parse(raw, depth: depth, leniently: leniently)
    }
  }.get()
}

@Suite struct JSONTests {
  @Test func `strings are escaped exactly as the format says`() {
    var json = JSONWriter()
    json.value("\"\\\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}\u{80}\u{9f}\u{a0}\u{2028}\u{2029}/é👩")
    let expected =
      #""\"\\\b\f\n\r\t\u0000\u001f\u007f\u0080\u009f"# + "\u{a0}" + #"\u2028\u2029/é👩""#
    #expect(String(decoding: json.bytes, as: UTF8.self) == expected)
  }

  @Test(arguments: [4, 5, 6])
  func `any text comes back from its canonical form`(_ seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    for _ in 0..<500 {
      let text = awkwardText(Int.random(in: 0..<40, using: &random), using: &random)
      var json = JSONWriter()
      json.value(text)
      guard case .string(let read) = try parse(json.bytes) else {
        Issue.record("not a string, seed \(seed)")
        return
      }
      #expect(read.unicodeScalars.elementsEqual(text.unicodeScalars), "seed \(seed)")
    }
  }

  @Test(arguments: [
    ("\"\\ud83d\"", JSONError.loneSurrogate(position: 1)),
    ("\"\\udc69\"", .loneSurrogate(position: 1)),
    ("\"\\ud83d\\n\"", .loneSurrogate(position: 1)),
    ("\"\\ud83d\\ud83d\"", .loneSurrogate(position: 1)),
    ("{\"a\":1,\"a\":2}", .duplicateKey("a")),
    ("[[[[[1]]]]]", .tooDeep(position: 4)),
    ("{\"a\":1}x", .unexpected(position: 7)),
    ("\"\n\"", .unexpected(position: 1)),
    ("01", .unexpected(position: 0)),
    ("1.", .unexpected(position: 2)),
    ("+1", .unexpected(position: 0)),
    ("nul", .unfinished),
    ("", .unfinished),
    ("{\"a\"", .unfinished),
  ])
  func `bad JSON is refused with its place`(_ text: String, _ error: JSONError) {
    #expect(throws: error) { try parse(text) }
  }

  @Test func `invalid UTF-8 is refused`() {
    let bad: [[UInt8]] = [
      [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x80],
    ]
    for bytes in bad {
      #expect(throws: JSONError.badUTF8(position: 1)) {
        try parse([UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")])
      }
    }
  }

  @Test func `read leniently, what is no Unicode is shown as such and the later member counts`()
    throws
  {
    let text = Array(#"{"a":"x","a":"\ud83dA\ude00\ud83d\ude00\ud83d\ud83d"#.utf8)
    let bytes = text + [0xC3] + Array(#"b"}"#.utf8)
    #expect(throws: JSONError.self) { try parse(bytes) }
    guard case .object(let object) = try parse(bytes, leniently: true) else {
      Issue.record("no object")
      return
    }
    #expect(object.string("a") == "\u{FFFD}A\u{FFFD}😀\u{FFFD}\u{FFFD}\u{FFFD}b")
    for broken in [#"{"a":1"#, #"{"a":"\ud8"}"#, "{\"a\":\"\n\"}", "{]", #"{"a":1}x"#] {
      #expect(throws: JSONError.self) { try parse(Array(broken.utf8), leniently: true) }
    }
  }

  @Test func `surrogate pairs and every short escape are read`() throws {
    #expect(try parse(#""\ud83d\udc69\/\"\\\b\f\n\r\tA""#) == .string("👩/\"\\\u{8}\u{c}\n\r\tA"))
  }

  @Test func `numbers that are no integers of the format are kept apart`() throws {
    for text in ["-1", "1.5", "1e3", "1e400", "9007199254740992", "123456789012345678901234567890"]
    {
      #expect(try parse(text) == .number, "\(text)")
    }
    #expect(try parse("9007199254740991") == .integer(Limits.integer))
    #expect(try parse("0") == .integer(0))
  }

  @Test func `no prefix of a message traps the parser`() {
    let message = Array(
      #"{"type":"edit","seq":1,"x":[1,{"y":"é\ud83d\udc69"}],"z":-1.5e+9,"n":null}"#.utf8)
    for end in 0..<message.count {
      #expect(throws: JSONError.self) { try parse(Array(message[..<end])) }
    }
  }
}
