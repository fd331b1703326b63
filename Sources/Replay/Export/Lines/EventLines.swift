internal import Chat
internal import LogStore

/// `jsonl`: every event a line, as `dump --json` has it, with other names and times.
///
///     {"offset":N,"time":N|null,"room":"…"|null,"event":{…}}
final class EventLines: ExportWriter {
  private(set) var rows: Int64 = 0
  private let file: ExportFile
  private var disguise: Disguise

  /// An event that cannot be read, and might name anybody.
  static let unreadable: StaticString = #"{"type":"unreadable"}"#
  private static let hidden: StaticString = #"{"type":"hidden"}"#
  private static let erased: StaticString = #"{"type":"erased"}"#
  /// In a canonical edit, where the author's and the session's characters begin.
  private static let authorAt = #"{"type":"draft.edited","by":""#.utf8.count
  private static let sessionAt = authorAt + 13 + #"","session":""#.utf8.count

  init(_ file: ExportFile, _ disguise: Disguise) {
    self.file = file
    self.disguise = disguise
  }

  /// The placeholder of a record that is gone.
  static func isErased(_ value: UnsafeRawBufferPointer) -> Bool {
    var cursor = JSONCursor(value)
    return cursor.expect(erased) && cursor.isAtEnd
  }

  private func begin(_ offset: Int64, _ time: Int64?, _ room: RoomName?) -> ByteQueue {
    let line = file.piece
    line.append(#"{"offset":"#)
    line.decimal(offset)
    line.append(#","time":"#)
    if let time { line.decimal(time) } else { line.append("null") }
    if let room {
      line.append(#","room":""#)
      line.append(room.key)
      line.append(#"","event":"#)
    } else {
      line.append(#","room":null,"event":"#)
    }
    return line
  }

  private func end(_ line: ByteQueue) {
    line.append("}\n")
    rows += 1
    file.passOn()
  }

  func write(_ keystroke: Keystroke, _ value: UnsafeRawBufferPointer, isPlain: Bool) {
    guard isPlain || disguise.keepsNames else {
      guard let event = try? Event.decode(value) else { return }
      return write(event, at: keystroke.offset, keystroke.time, in: keystroke.room)
    }
    let line = begin(keystroke.offset, keystroke.time, keystroke.room)
    let start = line.count
    line.append(value)
    if !disguise.keepsNames {
      Base32Text.write(keystroke.participant, at: line.start + start + Self.authorAt)
      Base32Text.write(keystroke.session, at: line.start + start + Self.sessionAt)
    }
    end(line)
  }

  private func write(_ event: Event, at offset: Int64, _ time: Int64?, in room: RoomName?) {
    let line = begin(offset, time, room)
    line.append(disguise.event(event).canonicalJSON)
    end(line)
  }

  func write(_ event: Event?, _ record: RecordView, in room: RoomName?, isHidden: Bool) {
    let time = disguise.timing.shown(record.timestamp)
    if isHidden {
      let line = begin(record.offset, time, room)
      line.append(Self.hidden)
      return end(line)
    }
    guard let event else { return writeUnreadable(record, time, in: room) }
    guard disguise.leavesAlone(event) else {
      return write(event, at: record.offset, time, in: room)
    }
    let line = begin(record.offset, time, room)
    line.append(record.value)
    end(line)
  }

  /// What is no event of this version: as it is, if names are kept; `erased` names nobody.
  private func writeUnreadable(_ record: RecordView, _ time: Int64?, in room: RoomName?) {
    guard disguise.keepsNames || Self.isErased(record.value) else {
      let line = begin(record.offset, time, room)
      line.append(Self.unreadable)
      return end(line)
    }
    let line = file.piece
    line.append(EventLine.json(record, time: time))
    line.append("\n")
    rows += 1
    file.passOn()
  }
}

/// Identifiers as characters, written in place.
enum Base32Text {
  /// A person's 13 characters.
  @inline(__always)
  static func write(_ id: ParticipantID, at start: UnsafeMutableRawPointer) {
    start.storeBytes(of: UInt8(ascii: "p"), as: UInt8.self)
    Base32.write(id.packed, count: 12, at: start + 1)
  }

  /// A session's five characters.
  @inline(__always)
  static func write(_ id: SessionID, at start: UnsafeMutableRawPointer) {
    Base32.write(UInt64(id.packed), count: 5, at: start)
  }
}
