import Chat
import LogStore
import Projector

extension AdmissionCore {
  /// Folds what was committed, encodes it once per room, and hands it to every loop.
  mutating func absorb() {
    // Read before the tail: whatever of a refused generation was committed is below this end.
    let refused = log.state.refusedGeneration
    while absorbBatch() {}
    answerActs()
    welcomeAwaiting()
    if refused >= generation { discardPending() }
    submit()
  }

  /// Records folded under one hold of the frames' memory.
  private static let recordsAtOnce = 8_192

  private mutating func absorbBatch() -> Bool {
    var work = CommitWork(epoch: log.state.epoch.id, form: options.form, masks: masks)
    var committed = self.committed
    let start = committed.next
    self.committed = Projection()
    defer { self.committed = committed }
    let count: Int
    do {
      count = try tail.poll(limit: Self.recordsAtOnce) { record in
        work.fold(record, into: &committed)
      }
    } catch {
      // Committed a moment ago and unreadable now: the disk is failing. Readers see no further;
      // the log's health says why.
      return false
    }
    guard count > 0 else { return false }
    remask(&work, from: start, committed)
    hand(out: work, committed)
    return count == Self.recordsAtOnce
  }

  private mutating func hand(out work: consuming CommitWork, _ committed: Projection) {
    let acks = acknowledgements(work.authors, committed)
    let commit = Commit(next: committed.next, frames: work.finish())
    for port in ports {
      port.put(.commit(commit, acks: acks[Int(port.index)]))
    }
  }

  /// For each loop, the newest durable event of each of its writers.
  private mutating func acknowledgements(
    _ authors: [SeatKey], _ committed: Projection
  ) -> [[Ack]] {
    var acks = [[Ack]](repeating: [], count: ports.count)
    for key in authors {
      guard let connection = seats[key]?.connection,
        let attached = connections.index(forKey: connection),
        connections.values[attached].isWelcome,
        let durable = committed.numbered(key.sessionKey, in: key.room)
      else { continue }
      acks[Int(connection.loop)].append(
        Ack(connection: connection, seq: durable.seq, offset: durable.offset))
      guard connections.values[attached].isPaused else { continue }
      connections.values[attached].isPaused = false
      tell(connection, .pauseReading(false))
    }
    return acks
  }

  mutating func checkpointDue() -> Checkpoint? {
    guard committed.next - lastCheckpoint >= options.checkpointEvents else { return nil }
    lastCheckpoint = committed.next
    return Checkpoint(epoch: log.state.epoch.id, projection: committed)
  }
}

/// One pass over committed records: the fold, the frames, and who is to be acknowledged.
struct CommitWork {
  private let epoch: String
  private let form: PublicForm
  private var masks: [Int: RoomMask]
  private var encoders: [(room: Int, encoder: EventsEncoder)] = []
  private var finished: [(room: Int, events: EventsFrame)] = []
  /// Sessions with a numbered event, each once.
  private(set) var authors: [SeatKey] = []
  private var lastAuthor: SeatKey?
  private var seen: Set<SeatKey> = []

  init(epoch: String, form: PublicForm, masks: [Int: RoomMask]) {
    self.epoch = epoch
    self.form = form
    self.masks = masks
  }

  /// Rooms that have frames.
  var rooms: Set<Int> { Set(finished.map(\.room) + encoders.map(\.room)) }

  mutating func fold(_ record: RecordView, into projection: inout Projection) {
    let applied = projection.apply(record)
    guard let room = applied.room else { return }
    if let author = applied.author {
      let key = SeatKey(room: room, by: author.by, session: author.session)
      if key != lastAuthor, seen.insert(key).inserted { authors.append(key) }
      lastAuthor = key
    }
    encode(record, of: room, after: applied.previous)
  }

  /// Adds a record to the frames of its room; `previous` is the offset of the room's event before.
  private mutating func encode(_ record: RecordView, of room: Int, after previous: Int64) {
    let slot: Int
    if let found = encoders.firstIndex(where: { $0.room == room }) {
      slot = found
    } else {
      slot = encoders.count
      encoders.append((room, EventsEncoder(previous: previous)))
    }
    encoders[slot].encoder.append(
      record.value, offset: record.offset, time: form.floored(record.timestamp),
      isHidden: !masks.isEmpty && masks[room]?.hides(record.value, at: record.offset) == true)
    guard encoders[slot].encoder.isFull else { return }
    let full = encoders.remove(at: slot)
    finished.append((room, full.encoder.finish(epoch: epoch)))
  }

  /// Throws a room's frames away, to have them made again from its records, under another mask.
  ///
  /// - Returns: the offset of the room's event before the first of them.
  mutating func startOver(_ room: Int, mask: RoomMask?) -> Int64 {
    let first = finished.first { $0.room == room }?.events.previous
    let open = encoders.first { $0.room == room }?.encoder.previous
    finished.removeAll { $0.room == room }
    encoders.removeAll { $0.room == room }
    masks[room] = mask
    return first ?? open ?? -1
  }

  /// Adds a room's next record after ``startOver(_:mask:)``; returns its offset.
  mutating func encodeAgain(_ record: RecordView, of room: Int, after previous: Int64) -> Int64 {
    encode(record, of: room, after: previous)
    return record.offset
  }

  consuming func finish() -> [(room: Int, events: EventsFrame)] {
    finished + encoders.map { ($0.room, $0.encoder.finish(epoch: epoch)) }
  }
}
