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

  init(from projection: Projection, isComplete: Bool) {
    self.projection = projection
    self.isComplete = isComplete
  }

  /// Folds the record; says what is wrong with it, having folded nothing, if something is.
  mutating func take(_ record: RecordView) -> String? {
    if let objection = objection(to: record) { return objection }
    lastTime = record.timestamp
    projection.apply(record)
    return nil
  }

  private mutating func objection(to record: RecordView) -> String? {
    guard record.timestamp >= lastTime else {
      return "time goes back from \(lastTime) to \(record.timestamp) ms"
    }
    guard record.value.count <= Limits.eventBytes else {
      return "an event of \(record.value.count) bytes, over \(Limits.eventBytes)"
    }
    guard let key = record.key else { return objection(toServerWide: record.value) }
    guard let room = room(key) else { return "the record's key is no room" }
    if let edit = EditView(record.value), edit.isSurelyCanonical {
      guard isHeldAgainst(room) else { return nil }
      return projection.states[room].objection(
        toEditBy: edit.author, draft: edit.draft, at: edit.at, del: edit.del,
        inserted: edit.ins.count)
    }
    switch CanonicalForm.judge(record.value) {
    case .bad(let what): return what
    case .foreign(let type):
      note(type, in: room)
      return nil
    case .extended(let event):
      extended += 1
      return isHeldAgainst(room)
        ? projection.states[room].objection(to: event, at: record.offset) : nil
    case .known(let event):
      return isHeldAgainst(room)
        ? projection.states[room].objection(to: event, at: record.offset) : nil
    }
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

  private mutating func objection(toServerWide value: UnsafeRawBufferPointer) -> String? {
    let event: Event
    switch CanonicalForm.judge(value) {
    case .bad(let what): return what
    case .foreign(let type):
      note(type, in: nil)
      return nil
    case .extended(let found):
      extended += 1
      event = found
    case .known(let found): event = found
    }
    switch event {
    case .serverStarted, .clockStepped: return nil
    default: return "an event of a room stands in none"
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
