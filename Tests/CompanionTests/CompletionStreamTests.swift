import Chat
import TestSupport
import Testing

@testable import Companion

@Suite struct CompletionStreamTests {
  @Test(arguments: Answer.all)
  func `an answer is read as what it says`(answer: Answer) {
    let read = answer.read(cuttingAt: [])
    #expect(read.text == answer.text)
    #expect(read.ending == answer.ending)
  }

  @Test(arguments: Answer.all)
  func `an answer cut at any byte is read the same`(answer: Answer) {
    // The long ones are about bounds; their every byte would only repeat one case.
    let count = answer.body.utf8.count
    for cut in stride(from: 1, to: count, by: count > 4_000 ? count / 40 : 1) {
      let read = answer.read(cuttingAt: [cut])
      #expect(read.text == answer.text, "cut at \(cut)")
      #expect(read.ending == answer.ending, "cut at \(cut)")
    }
  }

  @Test(arguments: Answer.all)
  func `an answer that comes byte by byte is read the same`(answer: Answer) {
    let read = answer.read(cuttingAt: Array(1..<max(1, answer.body.utf8.count)))
    #expect(read.text == answer.text)
    #expect(read.ending == answer.ending)
  }

  @Test(arguments: Answer.all.filter { $0.status == 200 })
  func `a stream that is cut short never says more than the whole`(answer: Answer) {
    let bytes = Array(answer.body.utf8.prefix(2_000))
    for end in 0..<bytes.count {
      var stream = CompletionStream(status: 200, contentType: answer.type)
      var text = ""
      for case .text(let piece) in bytes[..<end].withUnsafeBytes({ stream.receive($0) }) {
        text += piece
      }
      #expect(answer.text.hasPrefix(text))
    }
  }

  @Test func `what is no text is shown as such, and the words around it stand`() {
    var stream = CompletionStream(status: 200, contentType: "text/event-stream")
    var body = Array("data: {\"choices\":[{\"delta\":{\"content\":\"a".utf8)
    body += [0xF0, 0x9F, 0x98, 0xFF] + Array("b\"}}]}\n\n".utf8)
    let events = body.withUnsafeBytes { stream.receive($0) }
    #expect(events == [.text("a\u{FFFD}\u{FFFD}b")] || events == [.text("a\u{FFFD}b")])
  }

  @Test func `bytes behind the end are not read`() {
    var stream = CompletionStream(status: 200, contentType: "text/event-stream")
    let end = Array("data: [DONE]\n\n".utf8)
    #expect(end.withUnsafeBytes { stream.receive($0) } == [.ended(.interrupted)])
    #expect(end.withUnsafeBytes { stream.receive($0) } == [])
    #expect(stream.end() == [])
  }

  @Test func `the server's own words go to the operator, not into the event`() {
    var stream = CompletionStream(status: 401, contentType: "application/json")
    let body = Array(#"{"error":{"message":"Incorrect key sk-12 of org-7"}}"#.utf8)
    _ = body.withUnsafeBytes { stream.receive($0) }
    guard case .ended(.failed(let failure))? = stream.end().last else {
      Issue.record("no failure")
      return
    }
    #expect(stream.complaint == "Incorrect key sk-12 of org-7")
    #expect(!failure.message.contains("org-7"))
  }

  @Test func `every fault has words of at most five hundred scalars`() {
    for fault in ModelFault.allCases {
      #expect((1...Limits.errorScalars).contains(fault.failure.message.scalarCount))
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `random bytes never trap, and end in one way`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let alphabet = Array("data: {}[]\",:\r\n\u{FEFF}choices delta content null 0\\u".utf8)
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 1..<4_000, using: &random) {
      bytes.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
    }
    var stream = CompletionStream(
      status: seed % 5 == 0 ? 500 : 200, contentType: seed % 3 == 0 ? "application/json" : "")
    let events = bytes.withUnsafeBytes { stream.receive($0) } + stream.end()
    let endings = events.filter { if case .ended = $0 { true } else { false } }
    #expect(endings.count == 1, "seed \(seed)")
  }
}
