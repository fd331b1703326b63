internal import Chat
internal import LogStore
internal import Projector

/// One pass over the log: folds it, and hands out what an export may show.
struct ExportRun {
  let plan: ExportPlan
  let reader: LogReader
  let offsets: Range<Int64>
  let masks: HiddenMasks
  private(set) var projection: Projection
  private(set) var counts = ExportCounts()
  private(set) var disguise: Disguise
  private let writer: any ExportWriter
  private var roomMasks: [RoomMask?] = []
  private var roomNames: [RoomName] = []
  /// Who was seen of late and as whom they go out, one in each slot, so that most keys cost no
  /// look-up.
  private var faces: [Face?] = Array(repeating: nil, count: faceSlots)
  private static let faceSlots = 256
  private var memo = AuthorMemo()

  private struct Face {
    let by: ParticipantID
    let session: SessionID
    let shown: (by: ParticipantID, session: SessionID)
  }

  /// Events until the next look at the clock, the output and the interrupt.
  private var left = stride

  /// Events between two looks at the clock, the output and the interrupt.
  static let stride: Int64 = 1 << 13

  init(
    _ plan: ExportPlan, _ reader: LogReader, offsets: Range<Int64>, from projection: Projection,
    masks: HiddenMasks, disguise: Disguise, to writer: any ExportWriter
  ) {
    (self.plan, self.reader, self.offsets) = (plan, reader, offsets)
    (self.projection, self.masks, self.disguise, self.writer) = (
      projection, masks, disguise, writer
    )
  }

  /// - Parameter goesOn: asked now and then, with the offset reached; `false` ends the pass.
  mutating func pass(_ goesOn: (Int64) -> Bool) throws(Complaint) {
    guard !offsets.isEmpty else { return }
    do {
      if let room = plan.room {
        try reader.scan(from: offsets.lowerBound, to: offsets.upperBound, key: room.key) {
          step($0, goesOn)
        }
      } else {
        try reader.scan(from: offsets.lowerBound, to: offsets.upperBound) { step($0, goesOn) }
      }
    } catch {
      throw Complaint(error)
    }
  }

  @inline(__always)
  private mutating func step(_ record: RecordView, _ goesOn: (Int64) -> Bool) -> ScanStep {
    take(record)
    left -= 1
    guard left == 0 else { return .advance }
    left = Self.stride
    return goesOn(record.offset) ? .advance : .stop
  }

  private mutating func take(_ record: RecordView) {
    counts.take(record)
    guard let room = projection.room(of: record) else {
      projection.apply(record)
      return takeOther(record, nil, try? Event.decode(record.value))
    }
    if room >= roomNames.count { meetRooms() }
    guard let edit = EditView(record.value, memo: &memo) else { return takeSlowly(record, room) }
    let length = projection.apply(
      edit, at: room, offset: record.offset, time: record.timestamp)
    if let mask = roomMasks[room], mask.hides(edit.author, draft: edit.draft, at: record.offset) {
      counts.hidden.take(record.offset)
      return writer.write(nil, record, in: roomNames[room], isHidden: true)
    }
    guard Self.isText(edit.ins) else { return takeOdd(edit, record, room, length: length) }
    write(
      record, room, edit.author, draft: edit.draft, at: edit.at, del: edit.del, edit.ins,
      EditKind(utf8: edit.kind) ?? .other, length: length)
  }

  /// An edit that was folded already, whose text is not written as canonical JSON has it.
  private mutating func takeOdd(
    _ edit: EditView, _ record: RecordView, _ room: Int, length: Int
  ) {
    guard case .draftEdited(let author, let draft, let decoded)? = try? Event.decode(record.value)
    else { return takeOther(record, room, nil) }
    write(
      record, room, author, draft: draft, at: decoded.at, del: decoded.del, edit.ins,
      decoded.kind, length: length, isPlain: false)
  }

  /// Whether bytes without an escape are as canonical JSON has them: UTF-8 without controls.
  @inline(__always)
  private static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    for byte in bytes where byte > 0x7E { return isWideText(bytes) }
    return true
  }

  private static func isWideText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let text = String(validating: bytes, as: UTF8.self) else { return false }
    return !text.unicodeScalars.contains { scalar in
      (0x7F...0x9F).contains(scalar.value) || (0x2028...0x2029).contains(scalar.value)
    }
  }

  private mutating func meetRooms() {
    roomNames = Array(repeating: .lobby, count: projection.states.count)
    for (name, index) in projection.rooms { roomNames[index] = name }
    roomMasks = roomNames.map { plan.includesHidden ? nil : masks[$0] }
  }

  @inline(__always)
  private mutating func shown(_ author: Author) -> (by: ParticipantID, session: SessionID) {
    let mixed = (author.by.packed ^ UInt64(author.session.packed)) &* 0x9E37_79B9_7F4A_7C15
    let slot = Int(truncatingIfNeeded: mixed >> 56)
    if let face = faces[slot], face.by.packed == author.by.packed,
      face.session.packed == author.session.packed
    {
      return face.shown
    }
    return meet(author, slot)
  }

  private mutating func meet(
    _ author: Author, _ slot: Int
  ) -> (by: ParticipantID, session: SessionID) {
    counts.take(author.by)
    let shown = (
      by: disguise.participant(author.by),
      session: disguise.session(author.session, of: author.by)
    )
    faces[slot] = Face(by: author.by, session: author.session, shown: shown)
    return shown
  }

  private mutating func write(
    _ record: RecordView, _ room: Int, _ author: Author, draft: Int64, at: Int, del: Int,
    _ ins: UnsafeRawBufferPointer, _ kind: EditKind, length: Int, isPlain: Bool = true
  ) {
    let who = shown(author)
    counts.keystrokes += 1
    writer.write(
      Keystroke(
        participant: who.by, session: who.session, message: draft,
        time: disguise.timing.shown(record.timestamp),
        clientTime: record.clientTime.flatMap { disguise.timing.shown($0) }, kind: kind,
        position: Int64(at), deleted: Int64(del), inserted: ins, length: Int64(length),
        offset: record.offset, room: roomNames[room], roomIndex: room),
      record.value, isPlain: isPlain)
  }

  /// An event of a room that is no edit, or none that could be read in place.
  private mutating func takeSlowly(_ record: RecordView, _ room: Int) {
    guard let event = try? Event.decode(record.value) else {
      projection.apply(record)
      return takeOther(record, room, nil)
    }
    let total = projection.states[room].total
    if case .messageSent(let author, let draft, _) = event {
      let open = projection.states[room].session(SessionKey(author.by, author.session))
      if open?.hasEdits != true || open?.draft != draft { counts.unseen.take(record.offset) }
    }
    projection.apply(event, at: room, offset: record.offset, time: record.timestamp)
    if roomMasks[room]?.hides(event, at: record.offset) == true {
      counts.hidden.take(record.offset)
      writer.write(event, record, in: roomNames[room], isHidden: true)
    } else if case .draftEdited(let author, let draft, let edit) = event, author.by.isPerson {
      let session = projection.states[room].session(SessionKey(author.by, author.session))
      var ins = edit.ins
      ins.withUTF8 { bytes in
        write(
          record, room, author, draft: draft, at: edit.at, del: edit.del,
          UnsafeRawBufferPointer(bytes), edit.kind, length: session?.text.scalars ?? 0,
          isPlain: false)
      }
    } else {
      takeOther(record, room, event)
    }
    if projection.states[room].total > total { takeItem(in: room) }
  }

  /// Everything that is no keystroke; `event` is nil if it cannot be read.
  private mutating func takeOther(_ record: RecordView, _ room: Int?, _ event: Event?) {
    switch event {
    case .messageSent(let author, _, _)?: counts.take(author.by)
    case .participantJoined(let by, _, _, _)?: counts.take(by)
    case .serverStarted?: counts.restarts.take(record.offset)
    case .clockStepped?: counts.clockSteps.take(record.offset)
    case nil:
      if EventLines.isErased(record.value) {
        counts.erased.take(record.offset)
      } else {
        counts.unreadable.take(record.offset)
      }
    default: break
    }
    writer.write(event, record, in: room.map { roomNames[$0] }, isHidden: false)
  }

  private mutating func takeItem(in room: Int) {
    guard let item = projection.states[room].items.last else { return }
    if item.reply == nil { counts.messages += 1 } else { counts.replies += 1 }
    let isHidden = roomMasks[room]?.marks[item.offset] != nil
    writer.write(
      item, in: roomNames[room], isHidden: isHidden, time: disguise.timing.shown(item.time))
  }
}

extension RecordView {
  /// The client's clock, as its session sent it: eight bytes, big-endian.
  @inline(__always)
  fileprivate var clientTime: Int64? {
    guard let bytes = header("t"), bytes.count == 8 else { return nil }
    let time = Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
    return time >= 0 ? time : nil
  }
}
