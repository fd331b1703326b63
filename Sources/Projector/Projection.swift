package import Chat
internal import Glibc
internal import Hashing
package import LogStore

/// What the log means up to an offset: every room's state.
package struct Projection: Sendable, Equatable {
  /// The next offset to fold: state is that after every record below it.
  package private(set) var next: Int64
  package private(set) var rooms: [RoomName: Int] = [:]
  /// Events without a room, or whose key names none; they fold as nothing.
  package private(set) var roomless: Int64 = 0
  package var states: [RoomState] = []
  private var lastKey: [UInt8] = []
  /// That key again, if it is short, so that comparing it takes no call.
  private var lastWord: UInt64 = 0
  private var memo = AuthorMemo()
  private var lastIndex = -1

  package init(next: Int64 = 0) { self.next = next }

  init(next: Int64, rooms: [(RoomName, RoomState)]) {
    self.next = next
    for (name, state) in rooms {
      self.rooms[name] = states.count
      states.append(state)
    }
  }

  package subscript(room: RoomName) -> RoomState? { rooms[room].map { states[$0] } }

  /// What decides whether a session of a room may edit.
  package func standing(_ key: SessionKey, in room: Int) -> RoomState.Standing {
    withState(of: room) { RoomState.standing(key, in: $0) }
  }

  /// A session's last numbered event and its offset; nil: it is not known there.
  package func numbered(_ key: SessionKey, in room: Int) -> (seq: Int64, offset: Int64)? {
    withState(of: room) { RoomState.numbered(key, in: $0) }
  }

  private func withState<T>(of room: Int, _ look: (UnsafePointer<RoomState>) -> T) -> T {
    states.withUnsafeBufferPointer { states in
      guard states.indices.contains(room), let first = states.baseAddress else {
        preconditionFailure("a room has a number once it has a state")
      }
      return look(first + room)
    }
  }

  /// What a fold did with a record.
  package struct Applied: Sendable {
    /// Index into ``states``; nil for a server-wide event.
    package let room: Int?
    /// The room's event before this one; −1: none.
    package let previous: Int64
    /// Who wrote it, if it is a numbered event of a session.
    package let author: Author?
  }

  /// Folds the next record.
  @discardableResult
  package mutating func apply(_ record: RecordView) -> Applied {
    precondition(record.offset >= next, "a record is folded once, in order")
    next = record.offset + 1
    guard let key = record.key, let index = index(forKey: key) else {
      roomless += 1
      return Applied(room: nil, previous: -1, author: nil)
    }
    let previous = states[index].lastOffset
    let author = states[index].apply(
      record.value, offset: record.offset, time: record.timestamp, memo: &memo)
    return Applied(room: index, previous: previous, author: author)
  }

  /// Folds one decoded event of a room at an offset.
  package mutating func apply(_ event: Event, in room: RoomName?, offset: Int64, time: Int64) {
    precondition(offset >= next, "an event is folded once, in order")
    next = offset + 1
    guard let room else {
      roomless += 1
      return
    }
    states[index(of: room)].apply(event, offset: offset, time: time)
  }

  /// Folds one decoded event of the room with this index.
  package mutating func apply(_ event: Event, at index: Int, offset: Int64, time: Int64) {
    precondition(offset >= next, "an event is folded once, in order")
    next = offset + 1
    states[index].apply(event, offset: offset, time: time)
  }

  /// Passes over what is no event this version knows, of the room with this index, or of none.
  package mutating func pass(at index: Int?, offset: Int64, time: Int64) {
    precondition(offset >= next, "a record is folded once, in order")
    next = offset + 1
    if let index {
      states[index].applyNothing(offset: offset, time: time)
    } else {
      roomless += 1
    }
  }

  /// The index of a room's state, made on first use.
  package mutating func index(of room: RoomName) -> Int {
    if let index = rooms[room] { return index }
    let index = states.count
    rooms[room] = index
    states.append(RoomState())
    return index
  }

  /// Notes that everything up to an offset is folded.
  mutating func fold(through offset: Int64) {
    precondition(offset >= next, "an event is folded once, in order")
    next = offset + 1
  }

  mutating func noteRoomless() { roomless += 1 }

  mutating func index(forKey key: [UInt8]) -> Int? { key.withUnsafeBytes { index(forKey: $0) } }

  mutating func index(forKey key: UnsafeRawBufferPointer) -> Int? {
    // Runs of one room are the rule; comparing bytes is cheaper than hashing a name.
    let word = Self.word(of: key)
    if word != 0, word == lastWord { return lastIndex }
    if lastIndex >= 0, key.count == lastKey.count, let start = key.baseAddress,
      memcmp(start, lastKey, key.count) == 0
    {
      return lastIndex
    }
    guard let room = RoomName(key: key) else { return nil }
    lastKey = room.key
    lastWord = word
    lastIndex = index(of: room)
    return lastIndex
  }

  /// A key of four to seven bytes and its length; 0: it is another.
  @inline(__always)
  private static func word(of key: UnsafeRawBufferPointer) -> UInt64 {
    guard 4...7 ~= key.count else { return 0 }
    let first = UInt64(key.loadUnaligned(as: UInt32.self))
    let last = UInt64(key.loadUnaligned(fromByteOffset: key.count - 4, as: UInt32.self))
    return first | (last >> (8 * UInt64(8 - key.count))) << 32 | UInt64(key.count) << 56
  }

  package static func == (left: Self, right: Self) -> Bool {
    let (ours, theirs) = (left.sortedRooms, right.sortedRooms)
    return left.next == right.next && left.roomless == right.roomless
      && ours.count == theirs.count
      && zip(ours, theirs).allSatisfy { $0.name == $1.name && $0.state == $1.state }
  }
}

extension Projection {
  /// Rooms in which anything ever happened, sorted by name.
  package var sortedRooms: [(name: RoomName, state: RoomState)] {
    rooms.filter { states[$0.value].lastOffset >= 0 }.sorted { $0.key < $1.key }
      .map { ($0.key, states[$0.value]) }
  }

  /// The log's digest: SHA-256 over rooms sorted by name of `name ‖ 0x00 ‖ digest`.
  package var digest: [UInt8] {
    let hash = RunningSHA256()
    for (name, state) in sortedRooms {
      hash.update(name.key)
      hash.update([0])
      hash.update(state.digest)
    }
    return hash.finish()
  }
}
