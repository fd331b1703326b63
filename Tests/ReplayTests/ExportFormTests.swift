import Chat
import Testing

@testable import Replay

@Suite struct `An exported cell` {
  private func cell(_ text: String) -> String {
    var text = text
    return text.withUTF8 { bytes in
      let queue = ByteQueue()
      let start = queue.reserve(bytes.count * CSVText.growthMost + 1)
      queue.wrote(upTo: CSVText.write(UnsafeRawBufferPointer(bytes), at: start))
      return String(decoding: queue.bytes, as: UTF8.self)
    }
  }

  /// What a reader does: CSV's quotes, then JSON's escapes.
  private func undone(_ cell: String) throws -> String {
    let json = "\"" + cell.replacing("\"\"", with: "\\\"") + "\""
    let bytes = Array(json.utf8)
    guard case .string(let text) = try bytes.withUnsafeBytes({ try JSONParser.parse($0) }) else {
      return "no text"
    }
    return text
  }

  /// Starts, separators and fillings of known attacks, and every ASCII character.
  static let texts: [String] = {
    let starts = [
      "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
    ]
    var texts = starts.flatMap { start in
      ["", " ", "\"", "'", ";", ",", "x;", "x,\"", "x\t", "|", "x; \"' "].map { "\($0)\(start)1+1" }
    }
    texts += (0..<128).map { String(Unicode.Scalar(UInt8($0))) }
    texts += [
      "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://x.example\",\"y\")", "a\0b", "\u{2028}", "\u{85}",
      "\u{202e}cod.exe", "\u{e0041}", "👋🏽", "漢字", "\\", "\\\\n", "\\u003d", "",
    ]
    return texts
  }()

  @Test(arguments: texts)
  func `stays one line of text, begins no formula, and comes back`(_ text: String) throws {
    let cell = cell(text)
    for scalar in cell.unicodeScalars { #expect(!TerminalText.isUnsafe(scalar)) }
    for separator in ",;|\t" {
      for part in "\"\(cell)\"".split(separator: separator, omittingEmptySubsequences: false) {
        let first = part.unicodeScalars.first { !"\"' ".unicodeScalars.contains($0) }
        #expect(
          first.map { !"=+-@\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars.contains($0) } ?? true)
      }
    }
    #expect(try undone(cell) == text)
  }

  @Test func `holds what is not UTF-8 as a replacement, and never grows past its bound`() {
    for bytes in [
      [0xFF], [0xC2], [0xE2, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80],
    ] as [[UInt8]] {
      bytes.withUnsafeBytes { raw in
        let queue = ByteQueue()
        let start = queue.reserve(bytes.count * CSVText.growthMost)
        let end = CSVText.write(raw, at: start)
        #expect(end - start <= bytes.count * CSVText.growthMost)
        queue.wrote(upTo: end)
        #expect(String(validating: queue.bytes, as: UTF8.self)?.contains("\u{FFFD}") == true)
      }
    }
  }
}

@Suite struct `A pseudonym` {
  private let key = [UInt8](0..<32)

  @Test func `has the form of what it stands for, and no two share one`() {
    var pseudonyms = Pseudonyms(key: key)
    let people = (0..<2_000).map { pseudonyms.participant(ParticipantID(person: UInt64($0))) }
    #expect(Set(people).count == people.count)
    #expect(people.allSatisfy { ParticipantID("\($0)") == $0 && $0.isPerson })
    let by = ParticipantID(person: 1)
    let sessions = (0..<2_000).map { pseudonyms.session(SessionID(bits: UInt32($0)), of: by) }
    #expect(Set(sessions).count == sessions.count)
    for author in [ParticipantID.companion, .server, .operator] {
      #expect(pseudonyms.participant(author) == author)
    }
  }

  @Test func `is of its key, and a session's of its participant`() {
    var one = Pseudonyms(key: key)
    var same = Pseudonyms(key: key)
    var other = Pseudonyms(key: key.map { $0 ^ 1 })
    let (by, by2) = (ParticipantID(person: 1), ParticipantID(person: 2))
    let session = SessionID(bits: 9)
    #expect(one.participant(by) == same.participant(by))
    #expect(one.participant(by) != other.participant(by))
    #expect(one.session(session, of: by) == same.session(session, of: by))
    #expect(one.session(session, of: by) != one.session(session, of: by2))
    #expect(one.keyID == same.keyID && one.keyID != other.keyID)
    #expect(one.token("t") != other.token("t") && one.token("t").utf8.count == 43)
  }
}

@Suite struct `Parquet's packing` {
  private func bytes(_ write: (ByteQueue) -> Void) -> [UInt8] {
    let queue = ByteQueue()
    write(queue)
    return Array(queue.bytes)
  }

  @Test func `is that of the format's own examples`() {
    let counted: [UInt32] = Array(0..<8)
    let packed = bytes { queue in
      counted.withUnsafeBufferPointer { HybridPacking.write($0, width: 3, to: queue) }
    }
    #expect(packed == [0x03, 0x88, 0xC6, 0xFA])
    let same = [UInt32](repeating: 4, count: 100)
    let run = bytes { queue in
      same.withUnsafeBufferPointer { HybridPacking.write($0, width: 3, to: queue) }
    }
    #expect(run == [0xC8, 0x01, 4])
    let rising: [Int64] = [1, 2, 3, 4, 5]
    let deltas = bytes { queue in
      rising.withUnsafeBufferPointer { DeltaPacking.write($0, to: queue) }
    }
    #expect(deltas == [0x80, 0x01, 4, 5, 2, 2, 0, 0, 0, 0])
    let uneven: [Int64] = [7, 5, 3, 1, 2, 3, 4, 5]
    let wide = bytes { queue in
      uneven.withUnsafeBufferPointer { DeltaPacking.write($0, to: queue) }
    }
    // Least difference −2; differences above it 0, 0, 0, 3, 3, 3, 3 in two bits.
    #expect(wide == [0x80, 0x01, 4, 8, 14, 3, 2, 0, 0, 0, 0xC0, 0x3F, 0, 0, 0, 0, 0, 0])
  }

  @Test func `writes decimals of every length`() {
    for value in [0, 9, 10, 99, 100, 101, 12_345, 1_767_323_045_678, .max, .min, -1] as [Int64] {
      #expect(String(decoding: bytes { $0.decimal(value) }, as: UTF8.self) == "\(value)")
    }
  }

  @Test func `keeps many texts and few apart`() {
    let dictionary = TextDictionary()
    for round in 0..<2 {
      for number in 0..<3_000 {
        var text = "\(number)"
        let index = text.withUTF8 { dictionary.index(of: UnsafeRawBufferPointer($0)) }
        #expect(index == number, "round \(round)")
      }
    }
    #expect(dictionary.count == 3_000)
    #expect(String(decoding: dictionary.text(at: 2_999), as: UTF8.self) == "2999")
  }
}

@Suite struct `A progress bar` {
  @Test func `says how far it is, how fast, and how long it will take`() {
    let line = ProgressBar.line("exporting", done: 500, of: 2_000, after: 1_000)
    #expect(
      line == "exporting [#######                       ] 25 %, 500 events/s, 3 s left")
    #expect(ProgressBar.line("x", done: 9, of: 3, after: 0).hasSuffix("] 100 %"))
  }
}
