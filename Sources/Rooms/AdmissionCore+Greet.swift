import Chat
import Hashing
import LogStore
import Projector

extension AdmissionCore {
  /// `hello`: finds or makes the participant, takes the session over, and welcomes once all that it
  /// depends on is durable.
  mutating func greet(
    _ hello: Hello, room: RoomName, from address: AddressKey, connection: ConnectionID
  ) {
    guard connections[connection] == nil else {
      tell(connection, .refusal(Refusal(.alreadyHere, "this connection said hello")))
      return
    }
    let index = roomIndex(room)
    var attached = Attached(room: index, roomName: room, hello: hello, address: address)
    guard !hello.watch else {
      attach(attached, connection)
      welcome(connection)
      return
    }
    let by: ParticipantID
    do {
      (by, attached.token) = try identify(hello, room: index)
      try enter(by, hello, token: attached.token, room, index)
    } catch {
      tell(connection, .refusal(error))
      return
    }
    let key = SeatKey(room: index, by: by, session: hello.session)
    take(key, hello, connection)
    attached.seat = key
    attach(attached, connection)
    let depends = dependsOn(key)
    guard depends >= committed.next else {
      welcome(connection)
      return
    }
    awaiting.append((depends, connection))
  }

  /// Who a hello is from: the owner of its token, or somebody new with a new one.
  private mutating func identify(
    _ hello: Hello, room: Int
  ) throws(Refusal) -> (ParticipantID, token: String) {
    let state = ahead.states[room]
    guard let token = hello.token else {
      var by = ParticipantID(person: random.next())
      while state.people[by] != nil { by = ParticipantID(person: random.next()) }
      let bits = [random.next(), random.next()]
      return (by, bits.withUnsafeBytes { [UInt8]($0) }.base64URL)
    }
    let bad = Refusal(.badToken, "this token is not good here; come in without it")
    guard let by = state.participant(token: Self.hash(token)), let person = state.people[by] else {
      throw bad
    }
    let idle = time.wallMilliseconds - person.lastSeen
    guard person.isPresent || idle <= Limits.tokenIdleMilliseconds else { throw bad }
    return (by, token)
  }

  private static func hash(_ token: String) -> String {
    SHA256.digest(Array(token.utf8)).base64URL
  }

  /// Makes sure the log says that this participant is here, under the name they ask for.
  private mutating func enter(
    _ by: ParticipantID, _ hello: Hello, token: String, _ room: RoomName, _ index: Int
  ) throws(Refusal) {
    let known = ahead.states[index].people[by]
    var name = known?.name ?? "Guest \(by.description.suffix(4))"
    if let asked = hello.name {
      switch NameRules.accept(asked) {
      case .success(let accepted): name = accepted
      case .failure(let fault): throw Refusal(.badName, fault.words)
      }
    }
    if let known, known.isPresent {
      // A name is words: who may not write keeps theirs.
      let mayRename = (try? allowWriting(of: by, in: ahead.states[index])) != nil
      if known.name != name, mayRename {
        append(.participantRenamed(by: by, name: name), room: room, clientTime: nil)
      }
      return
    }
    append(
      .participantJoined(
        by: by, name: name, token: Self.hash(token),
        visibility: hello.visibility ?? known?.visibility ?? .live),
      room: room, clientTime: nil)
  }

  /// Puts a connection into its session's seat; whoever sat there goes.
  private mutating func take(_ key: SeatKey, _ hello: Hello, _ connection: ConnectionID) {
    var seat: Seat
    if let taken = seats[key] {
      seat = taken
      if let older = taken.connection {
        detach(older)
        awaiting.removeAll { $0.connection == older }
        tell(older, .close(.sessionTaken))
      }
    } else {
      seat = Seat()
      let isKnown = ahead.states[key.room].session(key.sessionKey) != nil
      if !isKnown { seat.visibility = hello.visibility }
      presences[key.person, default: Presence()].seats += 1
    }
    seat.connection = connection
    seat.graceEnds = nil
    seat.isDropping = false
    seats[key] = seat
    presences[key.person]?.graceEnds = nil
  }

  /// The last offset that must be durable before this session may be welcomed.
  private func dependsOn(_ key: SeatKey) -> Int64 {
    let state = ahead.states[key.room]
    let session = state.session(key.sessionKey)?.seqOffset ?? -1
    let wasPresent = committed.states[key.room].people[key.by]?.isPresent == true
    return wasPresent ? session : ahead.next - 1
  }

  /// Welcomes those whose offsets have become durable.
  mutating func welcomeAwaiting() {
    guard !awaiting.isEmpty else { return }
    let ready = awaiting.filter { $0.offset < committed.next }
    guard !ready.isEmpty else { return }
    awaiting.removeAll { $0.offset < committed.next }
    for (_, connection) in ready { welcome(connection) }
  }

  /// Tells a connection who it is and where its delivery begins.
  private mutating func welcome(_ connection: ConnectionID) {
    guard let attached = connections[connection] else { return }
    connections[connection]?.isWelcome = true
    connections[connection]?.token = ""
    connections[connection]?.from = nil
    let epoch = log.state.epoch.id
    let state = committed.states[attached.room]
    var welcome = Welcome(
      epoch: epoch,
      next: Cursor(epoch: epoch, offset: committed.next, previous: state.lastOffset))
    if let key = attached.seat {
      let session = state.session(key.sessionKey)
      welcome.identity = Welcome.Identity(
        participant: key.by, token: attached.token, name: state.name(of: key.by),
        seq: session?.seq ?? 0, draft: session?.draft ?? 0, visibility: visibility(key))
    }
    if attached.listens { chooseBeginning(&welcome, attached) }
    counts.welcomes += 1
    if welcome.reset != nil { counts.resets += 1 }
    tell(
      connection, .welcome(welcome, room: attached.room, listen: attached.listens))
  }

  /// From the client's cursor if it is good; else from a snapshot, with the reason.
  private mutating func chooseBeginning(_ welcome: inout Welcome, _ attached: Attached) {
    if let from = attached.from {
      switch judge(from) {
      case .success(let cursor):
        welcome.next = cursor
        counts.resumes += 1
        return
      case .failure(let fault): welcome.reset = fault.reset
      }
    }
    let snapshot = snapshot(of: attached.room, last: attached.last)
    welcome.snapshot = snapshot.frame
    welcome.next = snapshot.next
  }

  private struct BadCursor: Error { let reset: Welcome.Reset }

  private func judge(_ text: String) -> Result<Cursor, BadCursor> {
    let state = log.state
    func bad(_ reason: Welcome.Reset.Reason) -> Result<Cursor, BadCursor> {
      .failure(
        BadCursor(reset: .init(reason: reason, start: state.start, next: committed.next)))
    }
    guard let cursor = Cursor(text) else { return bad(.malformed) }
    guard state.accepts(epoch: cursor.epoch, offset: cursor.offset),
      cursor.offset <= committed.next
    else { return bad(.epoch) }
    guard cursor.offset >= state.start else { return bad(.retained) }
    guard committed.next - cursor.offset <= Limits.resumeEvents else { return bad(.tooFarBehind) }
    return .success(cursor)
  }

  /// Sizes of which a room's snapshot is kept, and bytes of all that are.
  private static let snapshotSizes = 4
  private static let snapshotBytes = 32 << 20

  /// The room's committed state as a `snapshot`, encoded once per state of the room and size,
  /// however much happens in other rooms.
  mutating func snapshot(of room: Int, last: Int) -> CachedSnapshot {
    let state = committed.states[room]
    let epoch = log.state.epoch.id
    var kept = (snapshots[room] ?? []).filter {
      $0.next.previous == state.lastOffset && $0.next.epoch == epoch
        && $0.next.offset >= max(log.state.start, committed.next - Limits.resumeEvents / 2)
    }
    if let cached = kept.first(where: { $0.last == last }) { return cached }
    let next = Cursor(epoch: epoch, offset: committed.next, previous: state.lastOffset)
    var json = JSONWriter(reserving: 64 * 1024)
    json.begin(type: "snapshot")
    json.field("prev", state.lastOffset)
    json.field("next", next.text)
    json.stateFields(
      state, items: state.newestItems(last, bytes: Limits.snapshotBytes),
      form: options.form.masked(by: masks[room]))
    json.field("total", state.total)
    json.field("mode", state.mode.rawValue)
    if state.mode == .slow { json.field("every_ms", state.everyMilliseconds) }
    json.endObject()
    let snapshot = CachedSnapshot(next: next, last: last, frame: Frame(json.bytes))
    counts.snapshotsEncoded += 1
    if kept.count == Self.snapshotSizes { kept.removeFirst() }
    snapshots[room] = kept + [snapshot]
    let bytes = snapshots.values.joined().reduce(0) { $0 + $1.frame.payload.count }
    if bytes > Self.snapshotBytes { snapshots = [room: [snapshot]] }
    return snapshot
  }
}
