import Chat
import TestSupport
import Testing

@testable import Companion

/// Streams as real servers sent them: llama.cpp, vLLM 0.32 and Transformers 5.19.
@Suite struct RecordedAnswerTests {
  private struct Said: Equatable {
    var text = ""
    var thinking = false
    var endings: [Ending] = []

    mutating func add(_ events: [ModelEvent]) {
      for event in events {
        switch event {
        case .text(let piece): text += piece
        case .thinking: thinking = true
        case .ended(let ending): endings.append(ending)
        }
      }
    }
  }

  private func read(_ status: Int, _ type: String, _ body: [UInt8], cuts: [Int]) -> Said {
    var stream = CompletionStream(status: status, contentType: type)
    var said = Said()
    for (start, end) in zip([0] + cuts, cuts + [body.count]) where start < end {
      said.add(body[start..<end].withUnsafeBytes { stream.receive($0) })
    }
    said.add(stream.end())
    return said
  }

  @Test(arguments: RecordedAnswer.all)
  func `an answer says what it was recorded to say`(answer: RecordedAnswer) throws {
    let (status, type, body) = try answer.parts()
    let said = read(status, type, body, cuts: [])
    #expect(said.text == answer.text)
    #expect(said.endings == [answer.ending])
  }

  @Test(arguments: RecordedAnswer.all)
  func `cut at every byte it says the same`(answer: RecordedAnswer) throws {
    let (status, type, body) = try answer.parts()
    let whole = read(status, type, body, cuts: [])
    #expect(read(status, type, body, cuts: Array(1..<body.count)) == whole, "byte by byte")
    for cut in 1..<body.count {
      let said = read(status, type, body, cuts: [cut])
      #expect(said == whole, "cut at \(cut)")
    }
  }

  @Test(arguments: RecordedAnswer.all, [true, false])
  func `over a socket it says the same, whole and byte by byte`(
    answer: RecordedAnswer, dripping: Bool
  ) async throws {
    let wire = String(decoding: try answer.wire, as: UTF8.self)
    let server = HostileServer { _ in
      [dripping ? .drip(wire, everyMilliseconds: 0) : .send(wire)]
    }
    let house = try House([try Provider(address: server.base, model: "m")])
    try house.say("hello")
    let events = try await house.eventsUntilFinish()
    house.close()
    server.close()
    #expect(events.replyText == answer.text)
    let finish = try #require(events.finishes.last)
    switch answer.ending {
    case .finished(let reason, let usage):
      #expect(finish.finish == reason)
      #expect(finish.usage == usage)
      #expect(finish.error == nil)
    case .failed(let failure):
      #expect(finish.finish == .error)
      #expect(finish.error == failure)
    case .interrupted: #expect(finish.finish == .interrupted)
    }
  }
}
