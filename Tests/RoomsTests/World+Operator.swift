import Chat
import LogStore
import Synchronization
import Testing

@testable import Rooms

/// An `edit` as a client says it.
func keys(
  _ seq: Int, draft: Int = 1, at: Int = 0, del: Int = 0, _ ins: String
) -> String {
  #"{"type":"edit","seq":\#(seq),"draft":\#(draft),"at":\#(at),"del":\#(del),"#
    + #""ins":"\#(ins)","kind":"type"}"#
}

/// A `send` as a client says it.
func sending(_ seq: Int, draft: Int = 1, _ text: String? = nil) -> String {
  let text = text.map { #","text":"\#($0)""# } ?? ""
  return #"{"type":"send","seq":\#(seq),"draft":\#(draft)\#(text)}"#
}

extension World {
  /// Does an act and waits for what became of it.
  @discardableResult
  func perform(_ act: OperatorAct, in room: RoomName = .lobby) -> ActOutcome {
    let kept = Kept()
    admission.perform(act, in: room) { kept.set($0) }
    settle()
    return kept.value ?? .unavailable
  }

  private final class Kept: Sendable {
    private let outcome = Mutex<ActOutcome?>(nil)
    var value: ActOutcome? { outcome.withLock { $0 } }
    func set(_ new: ActOutcome) { outcome.withLock { $0 = new } }
  }

  func participant(_ welcome: [JSONObject]) throws -> ParticipantID {
    try #require(
      welcome.of("welcome").first?.string("participant").flatMap { ParticipantID($0) })
  }

  /// Everything the public can get of a room, in every way there is, as one text.
  func publicCopies(_ room: RoomName = .lobby) throws -> String {
    let record = PublicRecord(
      admission: admission,
      history: History(log: log, options: admission.options, checkpoints: nil))
    var copies: [[UInt8]] = [
      try record.transcriptText(of: room, at: nil), try record.transcriptJSON(of: room, at: nil),
      try record.messages(of: room, before: nil, limit: 200),
    ]
    let end = record.nextOffset
    for offset in 0..<end {
      copies.append(try record.transcriptText(of: room, at: offset))
      copies.append(try record.transcriptJSON(of: room, at: offset))
      copies.append(try record.messages(of: room, before: offset, limit: 200))
    }
    let start = Cursor(epoch: log.state.epoch.id, offset: 0, previous: -1)
    for form in [PublicRecord.EventForm.lines, .serverSent] {
      copies.append(try record.events(in: room, from: start, limit: 1_000, as: form).bytes)
    }
    return copies.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
  }
}
