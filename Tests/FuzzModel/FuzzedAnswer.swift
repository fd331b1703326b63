package import Chat

/// The decoder of a model's answer, from the bytes of the body to what the model said.
///
/// Holds: however the bytes are cut, the same text comes, and the same ending, once; what is cut
/// short says no more than the whole; the events are those of a slow reading that looks at all
/// bytes at once; whatever a server asks for, it is not left alone for longer than the bound.
enum FuzzedAnswer {
  /// The first byte: what the server claims to send, and how it is cut; 7: a Retry-After.
  static func run(_ input: [UInt8]) {
    let form = input[0]
    let body = Array(input[1...])
    if form & 7 == 7 { return retry(body) }
    let status = [200, 200, 200, 200, 400, 429, 500][Int(form & 7)]
    let type = ["text/event-stream; charset=utf-8", "", "application/json", "text/plain"][
      Int(form >> 3 & 3)]
    let whole = said(status, type, body, Cuts.none)
    require(whole.endings.count == 1, "one ending: \(whole.endings)")
    require(whole.text.utf8.count <= body.count * 3, "no text out of nothing")
    compare(said(status, type, body, Cuts(seed: UInt64(form) &+ 1)), whole, "in pieces")
    if form & 32 != 0 { compare(said(status, type, body, Cuts.each), whole, "byte by byte") }
    let short = Array(body.prefix(body.count * Int(form) / 256))
    require(
      whole.text.utf8.starts(with: said(status, type, short, Cuts.none, ends: false).text.utf8),
      "cut short it says no more")
    if form & 64 != 0 { compareEvents(body, Cuts(seed: UInt64(form))) }
  }

  private static func compare(_ found: Said, _ expected: Said, _ how: String) {
    require(found == expected, "\(how): \(found)\nexpected \(expected)")
  }

  private struct Said: Equatable {
    var text = ""
    var isThinking = false
    var endings: [Ending] = []
  }

  private static func said(
    _ status: Int, _ type: String, _ body: [UInt8], _ cuts: Cuts, ends: Bool = true
  ) -> Said {
    var stream = CompletionStream(status: status, contentType: type)
    var events: [ModelEvent] = []
    cuts.forEach(body) { piece in
      let wasOver = stream.isOver
      let found = stream.receive(piece)
      require(!wasOver || found.isEmpty, "nothing follows the end")
      events += found
    }
    if ends { events += stream.end() }
    require(stream.end().isEmpty || !ends, "it ends once")
    require(!stream.isFinished || stream.isDecided, "a finish decides")
    var said = Said()
    for event in events {
      require(said.endings.isEmpty, "the ending is the last")
      switch event {
      case .text(let text):
        require(!text.isEmpty, "a piece of text is never empty")
        said.text += text
      case .thinking: said.isThinking = true
      case .ended(let ending): said.endings.append(ending)
      }
    }
    return said
  }

  private static func compareEvents(_ bytes: [UInt8], _ cuts: Cuts) {
    guard let expected = SlowEvents.read(bytes) else { return }
    var parser = ServerSentEvents()
    var found: [ServerSentEvents.Event] = []
    cuts.forEach(bytes) { piece in
      do { try parser.feed(piece, into: &found) } catch { fatalError("no bound was passed") }
    }
    require(found == expected, "\(found)\nexpected \(expected)")
  }

  private static func retry(_ bytes: [UInt8]) {
    let fields = bytes.split(separator: 10, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    let wait = RetryAfter.milliseconds(
      fields[0], finer: fields.count > 2 ? fields[2] : nil,
      date: fields.count > 1 ? fields[1] : nil,
      wall: 784_111_777_000)
    if let wait { require((0...RetryAfter.most).contains(wait), "a wait is bounded: \(wait)") }
  }
}

/// Lengths of pieces, from a seed.
private struct Cuts {
  static let none = Cuts(seed: .max)
  static let each = Cuts(seed: 0)
  let seed: UInt64

  func forEach(_ bytes: [UInt8], _ take: (UnsafeRawBufferPointer) -> Void) {
    var state = seed
    var start = 0
    while start < bytes.count {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      let length = seed == .max ? bytes.count : seed == 0 ? 1 : 1 + Int(state % 60)
      let end = min(bytes.count, start + length)
      // A copy of its own, so that the sanitizer sees a step too far.
      Array(bytes[start..<end]).withUnsafeBytes(take)
      start = end
    }
  }
}
