internal import Chat
internal import Synchronization

/// The one ledger of a run, shared by all event loops.
final class DriveBooks: Sendable {
  private let ledger = Mutex(Ledger())
  let acknowledgements: AcknowledgementFile?

  init(acknowledgements: AcknowledgementFile?) { self.acknowledgements = acknowledgements }

  func expect(messages: Int) -> Int { ledger.withLock { $0.expect(messages: messages) } }

  func wrote(_ author: Author, _ event: Pending, firstMessage: Int) {
    let bytes = event.event(by: author).canonicalJSON
    let fingerprint = bytes.withUnsafeBytes { NumberedEvent.fingerprint($0) }
    var message: Int?
    if case .send(_, _, let tag) = event.content { message = firstMessage + tag }
    ledger.withLock { $0.wrote(author, fingerprint: fingerprint, message: message) }
  }

  func acknowledged(_ author: Author, first: Int64, offset: Int64?, in room: RoomName) {
    acknowledgements?.write(author, first: first, offset: offset)
    ledger.withLock { $0.acknowledged(author, first: first, offset: offset, in: room) }
  }

  func claim(_ author: Author, offset: Int64, in room: RoomName) {
    ledger.withLock { $0.claim(author, offset: offset, in: room) }
  }

  func abandon(_ author: Author) { ledger.withLock { $0.abandon(author) } }

  /// An event that was refused for a word: neither it nor its message will arrive.
  func giveUp(_ author: Author, message: Int) {
    ledger.withLock { $0.giveUp(author, message: message) }
  }

  func saw(_ event: UnsafeRawBufferPointer, at offset: Int64) {
    guard let author = NumberedEvent.author(event) else { return }
    let fingerprint = NumberedEvent.fingerprint(event)
    ledger.withLock { $0.saw(author, fingerprint: fingerprint, at: offset) }
  }

  func forgetSeen() { ledger.withLock { $0.forgetSeen() } }

  var highest: [RoomName: Int64] { ledger.withLock { $0.highest } }
  var acknowledged: Int { ledger.withLock { $0.acknowledged } }

  func close() -> LedgerFaults { ledger.withLock { $0.close() } }
}
