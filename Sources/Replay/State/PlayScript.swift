package import Chat
package import Projector

/// A room's state as a play script: time, name, words; what is open comes last, and is marked.
///
///     lobby · offset 41 · 2026-01-02T03:04:05.678Z · 2 here · 3 messages
///     2026-01-02
///     03:04:01.120  Ada: hello
///     03:04:03.950  Companion: Hello, Ada.
///                   and a second line
///     (typing)      Grace: how d
///     (answering)   Companion: Well
package struct PlayScript {
  /// Columns before the words.
  static let column = 14

  private let room: RoomName
  private let state: RoomState

  package init(room: RoomName, state: RoomState) {
    self.room = room
    self.state = state
  }

  /// Writes the newest settled items, at most as many as a room keeps, and all that is open.
  package func write(to output: Output) {
    output.line(heading)
    let earlier = state.total - Int64(state.newestItems(Limits.roomItems).count)
    if earlier > 0 { output.line("(\(earlier) earlier not shown)") }
    for line in blocks(newest: Limits.roomItems) { output.line(line) }
  }

  /// The lines of the newest settled items, and of all that is open.
  func blocks(newest count: Int) -> [String] {
    var lines: [String] = []
    var date = ""
    for item in state.newestItems(count) {
      let next = UTCTime.date(item.time)
      if next != date { lines.append(next) }
      date = next
      lines += block(
        UTCTime.clock(item.time), name: item.name, text: item.text, marks: Self.marks(item))
    }
    for draft in state.openDrafts where draft.hasEdits || draft.isTyping {
      lines += block(
        draft.isTyping ? "(typing)" : "(pausing)", name: state.name(of: draft.by),
        text: draft.text.string, marks: [])
    }
    for reply in state.replies {
      lines += block(
        "(answering)", name: state.name(of: reply.start.by), text: reply.text.string,
        marks: reply.stopRequested ? ["asked to stop"] : [])
    }
    return lines
  }

  private var heading: String {
    guard state.lastOffset >= 0 else { return "\(room) · empty" }
    let here = state.present.count
    return "\(room) · offset \(state.lastOffset) · \(UTCTime.text(state.lastTime)) · \(here) here"
      + " · \(state.total) \(state.total == 1 ? "message" : "messages")"
  }

  /// What was unusual about an item; a reply that ended by itself is not.
  private static func marks(_ item: Item) -> [String] {
    var marks: [String] = []
    if let reply = item.reply, reply.finish != .stop {
      marks.append(
        reply.error.map { "\(reply.finish.rawValue): \($0.message)" }
          ?? reply.finish.rawValue)
    }
    if let hidden = item.hidden {
      marks.append(hidden.reason.isEmpty ? "hidden" : "hidden: \(hidden.reason)")
    }
    return marks
  }

  private func block(
    _ margin: String, name: String, text: String, marks: [String]
  ) -> [String] {
    var lines = TerminalText.lines(text)
    if !marks.isEmpty {
      lines[lines.count - 1] += " [" + TerminalText.line(marks.joined(separator: "; ")) + "]"
    }
    let pad = String(repeating: " ", count: max(1, Self.column - margin.count))
    let first = "\(margin)\(pad)\(TerminalText.line(name)): \(lines[0])"
    return [first]
      + lines.dropFirst().map { String(repeating: " ", count: Self.column) + $0 }
  }
}
