internal import Chat
internal import LogStore
internal import Projector

/// Checks each event against the events before it, then folds it.
struct EventAudit {
  private(set) var projection: Projection
  /// Events of a type, or with a known field of a type, that this version does not know.
  private(set) var foreign: Int64 = 0
  /// Events with more fields than this version knows.
  private(set) var extended: Int64 = 0
  /// Events whose bytes were taken out of the log on purpose.
  private(set) var erased: Int64 = 0

  /// Whether every event before is known; else nothing can be held against what is missing.
  private var isComplete: Bool
  /// Rooms of which something was erased.
  private var partial: Set<Int> = []
  private var lastTime = Int64.min
  private var lastKey: [UInt8] = []
  private var lastRoom = -1
  private var memo = AuthorMemo()

  init(from projection: Projection, isComplete: Bool) {
    self.projection = projection
    self.isComplete = isComplete
  }

  /// Folds the record; says what is wrong with it, having folded nothing, if something is.
  mutating func take(_ record: RecordView) -> String? {
    guard record.timestamp >= lastTime else {
      return "time goes back from \(lastTime) to \(record.timestamp) ms"
    }
    guard record.value.count <= Limits.eventBytes else {
      return "an event of \(record.value.count) bytes, over \(Limits.eventBytes)"
    }
    guard let objection = judge(record) else {
      lastTime = record.timestamp
      return nil
    }
    return objection
  }

  private mutating func judge(_ record: RecordView) -> String? {
    guard let key = record.key else { return takeServerWide(record) }
    guard let room = room(key) else { return "the record's key is no room" }
    if let edit = EditView(record.value, memo: &memo), edit.isSurelyCanonical {
      if isHeldAgainst(room), let objection = objection(to: edit, in: room) { return objection }
      projection.apply(edit, at: room, offset: record.offset, time: record.timestamp)
      return nil
    }
    switch CanonicalForm.judge(record.value) {
    case .bad(let what): return what
    case .foreign(let type):
      note(type, in: room)
      projection.pass(at: room, offset: record.offset, time: record.timestamp)
      return nil
    case .extended(let event):
      extended += 1
      return take(event, in: room, record)
    case .known(let event): return take(event, in: room, record)
    }
  }

  private func objection(to edit: EditView, in room: Int) -> String? {
    // Printable ASCII: as many characters as bytes.
    if projection.states[room].isContinued(by: edit, inserting: edit.ins.count) { return nil }
    return projection.states[room].objection(
      toEditBy: edit.author, draft: edit.draft, at: edit.at, del: edit.del,
      inserted: edit.ins.count)
  }

  private mutating func take(_ event: Event, in room: Int, _ record: RecordView) -> String? {
    if isHeldAgainst(room),
      let objection = projection.states[room].objection(to: event, at: record.offset)
    {
      return objection
    }
    projection.apply(event, at: room, offset: record.offset, time: record.timestamp)
    return nil
  }

  private func isHeldAgainst(_ room: Int) -> Bool {
    isComplete && (partial.isEmpty || !partial.contains(room))
  }

  private mutating func note(_ type: String, in room: Int?) {
    guard type == "erased" else {
      foreign += 1
      return
    }
    erased += 1
    // A placeholder for a record that is gone does not say whose it was.
    if let room { partial.insert(room) } else { isComplete = false }
  }

  private mutating func takeServerWide(_ record: RecordView) -> String? {
    switch CanonicalForm.judge(record.value) {
    case .bad(let what): return what
    case .foreign(let type): note(type, in: nil)
    case .extended(let event):
      guard Self.isServerWide(event) else { return Self.roomless }
      extended += 1
    case .known(let event):
      guard Self.isServerWide(event) else { return Self.roomless }
    }
    projection.pass(at: nil, offset: record.offset, time: record.timestamp)
    return nil
  }

  private static let roomless = "an event of a room stands in none"

  private static func isServerWide(_ event: Event) -> Bool {
    switch event {
    case .serverStarted, .clockStepped: true
    default: false
    }
  }

  /// The room of a key; runs of one room are the rule.
  private mutating func room(_ key: UnsafeRawBufferPointer) -> Int? {
    if lastRoom >= 0, key.elementsEqual(lastKey) { return lastRoom }
    guard let name = RoomName(key: key) else { return nil }
    lastKey = name.key
    lastRoom = projection.index(of: name)
    return lastRoom
  }
}
