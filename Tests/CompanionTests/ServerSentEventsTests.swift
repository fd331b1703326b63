import Testing

@testable import Companion

@Suite struct ServerSentEventsTests {
  private func events(_ text: String, step: Int = .max) throws -> [ServerSentEvents.Event] {
    var parser = ServerSentEvents()
    var found: [ServerSentEvents.Event] = []
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      let end = start + min(step, bytes.count - start)
      try bytes[start..<end].withUnsafeBytes { try parser.feed($0, into: &found) }
      start = end
    }
    return found
  }

  private func data(_ text: String, step: Int = .max) throws -> [String] {
    try events(text, step: step).map { String(decoding: $0.data, as: UTF8.self) }
  }

  @Test(arguments: ["\n", "\r\n", "\r"], [1, 2, 3, Int.max])
  func `every line end is one line end, wherever it is cut`(end: String, step: Int) throws {
    let text = ["data: a", "data: b", "", "data:c", "", ": note", "", "data", "", ""]
      .joined(separator: end)
    #expect(try data(text, step: step) == ["a\nb", "c", ""])
  }

  @Test func `only one space after the colon goes`() throws {
    #expect(try data("data:  two\n\ndata:\t\n\ndata: \n\n") == [" two", "\t", ""])
  }

  @Test func `an event without data is none, and leaves no name behind`() throws {
    let found = try events("event: lost\n\nevent: kept\ndata: x\n\ndata: y\n\n")
    #expect(found.map { String(decoding: $0.name, as: UTF8.self) } == ["kept", ""])
  }

  @Test func `a byte order mark is skipped at the start alone`() throws {
    #expect(try data("\u{FEFF}data: a\n\n\u{FEFF}data: b\n\n", step: 1) == ["a"])
  }

  @Test func `a line and an event have bounds`() {
    let line = String(repeating: "x", count: ServerSentEvents.lineBytes)
    #expect(throws: ServerSentEvents.Fault.lineTooLong(limitBytes: ServerSentEvents.lineBytes)) {
      try data(line + "y")
    }
    let lines = String(repeating: "data: " + line.dropLast(10) + "\n", count: 3)
    #expect(throws: ServerSentEvents.Fault.eventTooLarge(limitBytes: ServerSentEvents.eventBytes)) {
      try data(lines)
    }
  }
}
