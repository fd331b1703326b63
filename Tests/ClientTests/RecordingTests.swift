import Chat
import Glibc
import Testing

@testable import Client

@Suite struct RecordingTests {
  private func with<Answer>(_ text: String, _ body: (Recording) throws -> Answer) throws -> Answer {
    let path = "/tmp/verbatim-recording-\(getpid())-\(UInt64.random(in: 0 ... .max)).jsonl"
    let file = try #require(fopen(path, "w"))
    fputs(text, file)
    fclose(file)
    defer { unlink(path) }
    return try body(try Recording(path: path))
  }

  @Test func `sessions come line by line, in any order of fields`() throws {
    let text = """
      {"session": "s1", "events": [{"t": 0, "op": "edit", "at": 0, "del": 0, "ins": "h\\u00e9", \
      "kind": "type"}, {"t": 1840, "op": "send"}, {"op": "discard", "t": 2500}]}

      { "note":[{}], "events":[], "session":"s2" }
      {"session":"s3","events":[{"op":"edit","kind":"paste","ins":"😀","del":0,"at":0,"t":5}]}
      """
    try with(text) { recording in
      let first = try #require(try recording.next())
      #expect(first.name == "s1" && first.line == 1)
      #expect(first.messages == 1 && first.edits == 1)
      let edit = Edit(at: 0, del: 0, ins: "hé", kind: .type)
      // The last discard has no draft to end.
      #expect(
        first.keys == [
          .init(t: 0, key: .edit(edit)), .init(t: 1_840, key: .send(tag: 0)),
        ])
      let second = try #require(try recording.next())
      #expect(second.name == "s2" && second.line == 3 && second.keys.isEmpty)
      #expect(try recording.next()?.line == 4)
      #expect(try recording.next() == nil)
    }
  }

  @Test(arguments: [
    (#"{"session":"a"}"#, "events"), (#"{"events":[]}"#, "session"),
    (#"{"session":"a","events":[{"t":0,"op":"fly"}]}"#, "unknown op 'fly'"),
    (#"{"session":"a","events":[{"t":-4,"op":"send"}]}"#, "event 1: t is below 0"),
    (#"{"session":"a","events":[{"t":0,"op":"edit","at":1,"ins":"x"}]}"#, "outside a draft of 0"),
    (#"{"session":"a","events":[{"t":0,"op":"edit","ins":"x","kind":"sing"}]}"#, "'sing'"),
    (#"{"session":"a","events":[{"t":0.5,"op":"send"}]}"#, "badNumber"),
    (#"{"session":"a","events":[{"t":0,"op":"edit","ins":"\ud800"}]}"#, "badString"),
    (#"{"session":"a","events":[]}x"#, "unexpected"), ("[", "unexpected"), ("{", "unfinished"),
  ])
  func `a bad line is named`(line: String, what: String) throws {
    try with("{\"session\":\"ok\",\"events\":[]}\n" + line + "\n") { recording in
      _ = try recording.next()
      let error = #expect(throws: RecordingError.self) { try recording.next() }
      let words = error.map { "\($0)" } ?? ""
      #expect(words.hasPrefix("line 2: ") && words.contains(what), "\(words)")
    }
  }

  @Test func `an empty draft is discarded, never sent`() throws {
    let text =
      #"{"session":"a","events":[{"t":0,"op":"edit","ins":"x"},"#
      + #"{"t":1,"op":"edit","at":0,"del":1,"ins":""},{"t":2,"op":"send"},{"t":3,"op":"send"}]}"#
    try with(text) { recording in
      let session = try #require(try recording.next())
      #expect(session.messages == 0)
      #expect(session.keys.map(\.key).last == .discard && session.keys.count == 3)
    }
  }

  @Test func `lines longer than a chunk of the file are whole`() throws {
    let long = String(repeating: "x", count: 300_000)
    let line = #"{"note":"\#(long)","session":"a","events":[]}"# + "\n"
    try with(line + line + line) { (recording: Recording) throws in
      #expect(try recording.next()?.line == 1)
      #expect(try recording.next()?.line == 2)
      #expect(try recording.next()?.line == 3)
      #expect(try recording.next() == nil)
    }
  }

  @Test func `a file that is not there is said so`() {
    #expect(throws: RecordingError.cannotOpen("/no/such/file", errno: ENOENT)) {
      try Recording(path: "/no/such/file")
    }
  }
}

@Suite struct LedgerTests {
  private let by = ParticipantID(person: 1)
  private func author(_ seq: Int64) -> Author {
    Author(by: by, session: SessionID(bits: 1), seq: seq)
  }

  /// A ledger of one message in three events, all acknowledged.
  private func ledger() -> Ledger {
    var ledger = Ledger()
    _ = ledger.expect(messages: 1)
    for seq in 1...3 {
      ledger.wrote(author(Int64(seq)), fingerprint: seq * 10, message: seq == 3 ? 0 : nil)
    }
    ledger.acknowledged(author(3), first: 1, offset: 7, in: .lobby)
    return ledger
  }

  private func close(_ show: (inout Ledger) -> Void) -> [LedgerFaults.Kind: Int] {
    var ledger = ledger()
    show(&ledger)
    return ledger.close().counts
  }

  private func show(_ ledger: inout Ledger, _ seqs: ClosedRange<Int64> = 1...3) {
    for seq in seqs { ledger.saw(author(seq), fingerprint: Int(seq) * 10, at: 4 + seq) }
  }

  @Test func `books that agree have no faults`() { #expect(close { show(&$0) } == [:]) }

  @Test func `an acknowledged event that is not in the log is missing`() {
    #expect(close { show(&$0, 1...2) } == [.missing: 2])
  }

  @Test func `an event at two offsets is doubled`() {
    #expect(
      close {
        show(&$0)
        $0.saw(author(2), fingerprint: 20, at: 99)
      } == [.doubled: 1])
  }

  @Test func `an event seen twice at its offset is not`() {
    #expect(
      close {
        show(&$0)
        show(&$0)
      } == [:])
  }

  @Test func `another content is told from the same`() {
    #expect(
      close {
        show(&$0, 1...2)
        $0.saw(author(3), fingerprint: 31, at: 7)
      } == [.differing: 1, .missing: 1])
  }

  @Test func `an offset that was told wrong is found`() {
    #expect(
      close {
        show(&$0)
        $0.claim(author(1), offset: 77, in: .lobby)
      } == [.differing: 1])
  }

  @Test func `an event nobody wrote is found`() {
    #expect(
      close {
        show(&$0)
        $0.saw(author(4), fingerprint: 1, at: 9)
      } == [.unexpected: 1])
  }

  @Test func `a message that went on in another session must arrive in one of them only`() {
    let other = Author(by: by, session: SessionID(bits: 2), seq: 1)
    func run(both: Bool) -> [LedgerFaults.Kind: Int] {
      var ledger = Ledger()
      _ = ledger.expect(messages: 1)
      ledger.wrote(author(1), fingerprint: 10, message: 0)
      ledger.abandon(author(0))
      ledger.wrote(other, fingerprint: 11, message: 0)
      ledger.acknowledged(other, first: 1, offset: 5, in: .lobby)
      ledger.saw(other, fingerprint: 11, at: 5)
      if both { ledger.saw(author(1), fingerprint: 10, at: 3) }
      return ledger.close().counts
    }
    #expect(run(both: false) == [:])
    #expect(run(both: true) == [.doubled: 1])
  }

  @Test func `a refused event's successor takes its place in the books`() {
    var ledger = ledger()
    ledger.wrote(author(4), fingerprint: 40, message: nil)
    ledger.wrote(author(5), fingerprint: 50, message: nil)
    ledger.wrote(author(4), fingerprint: 41, message: nil)
    show(&ledger)
    ledger.saw(author(4), fingerprint: 41, at: 8)
    #expect(ledger.close().counts == [:])
  }

  @Test func `a new epoch is read from the beginning`() {
    #expect(
      close {
        $0.saw(author(1), fingerprint: 10, at: 900)
        $0.forgetSeen()
        show(&$0)
      } == [:])
  }
}
