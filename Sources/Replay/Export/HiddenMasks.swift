internal import Chat
internal import LogStore
internal import Projector

/// What is hidden in each room as of the log's end: an event is left out of an export if a later
/// `message.hidden` names what it belongs to, wherever the export ends.
struct HiddenMasks {
  private var masks: [RoomName: RoomMask] = [:]
  /// Nothing behind this offset was looked at.
  let next: Int64

  private static let type: StaticString = #"{"type":"message.hidden""#

  /// - Parameter checkpoint: a fold to go on from, if there is one.
  init(of reader: LogReader, from checkpoint: Projection?) throws(Complaint) {
    next = reader.state.next
    do throws(ReadError) {
      for (room, marks) in try Self.marks(in: reader, from: checkpoint) {
        var failure: ReadError?
        masks[room] = RoomMask(marks: marks) { offset in
          do throws(ReadError) { return try Self.draft(at: offset, of: room, in: reader) } catch {
            failure = error
            return nil
          }
        }
        if let failure { throw failure }
      }
    } catch {
      throw Complaint(error)
    }
  }

  private static func marks(
    in reader: LogReader, from checkpoint: Projection?
  ) throws(ReadError) -> [RoomName: [Int64: HiddenMark]] {
    var marks: [RoomName: [Int64: HiddenMark]] = [:]
    for (room, state) in checkpoint?.sortedRooms ?? [] where !state.hidden.isEmpty {
      marks[room] = state.hidden
    }
    let start = max(checkpoint?.next ?? 0, reader.state.start)
    try reader.scan(from: start, to: reader.state.next) { record in
      guard isHiding(record.value),
        case .messageHidden(_, let message, let reason)? = try? Event.decode(record.value),
        let room = record.key.flatMap({ RoomName(key: $0) })
      else { return Interruption.isRequested ? .stop : .advance }
      marks[room, default: [:]][message] = HiddenMark(offset: record.offset, reason: reason ?? "")
      return .advance
    }
    return marks
  }

  /// Nothing is hidden.
  init(nothingUpTo next: Int64) { self.next = next }

  subscript(room: RoomName) -> RoomMask? { masks[room] }

  @inline(__always)
  private static func isHiding(_ value: UnsafeRawBufferPointer) -> Bool {
    var cursor = JSONCursor(value)
    return cursor.expect(type)
  }

  /// The draft that became the message at an offset; nil: it is a reply, or not there.
  private static func draft(
    at offset: Int64, of room: RoomName, in reader: LogReader
  ) throws(ReadError) -> DraftKey? {
    guard offset >= reader.state.start, offset < reader.state.next else { return nil }
    var draft: DraftKey?
    try reader.scan(from: offset, to: offset + 1) { record in
      guard record.key.flatMap({ RoomName(key: $0) }) == room,
        case .messageSent(let author, let number, _)? = try? Event.decode(record.value)
      else { return .stop }
      draft = DraftKey(by: author.by, session: author.session, draft: number)
      return .stop
    }
    return draft
  }
}
