import Chat
import Glibc
import LogStore
import Projector
import Testing

/// A projection of two rooms and server-wide events.
private func projection(seed: UInt64) -> Projection {
  var scene = Scene(seed: seed)
  scene.play(2_000)
  var projection = Projection()
  for event in scene.events {
    projection.apply(event, in: .lobby, offset: projection.next, time: projection.next)
  }
  projection.apply(
    .serverStarted(version: "1", epoch: "e"), in: nil, offset: projection.next, time: 9)
  projection.apply(
    .messageHidden(by: .operator, message: 1, reason: nil), in: RoomName("other")!,
    offset: projection.next, time: 9)
  return projection
}

@Suite struct CheckpointTests {
  @Test(arguments: [41, 42])
  func `a checkpoint reads back as the same state`(_ seed: UInt64) throws {
    let saved = projection(seed: seed)
    let read = try #require(Checkpoint(Checkpoint(epoch: "abc", projection: saved).encoded))
    #expect(read.epoch == "abc")
    #expect(read.projection.next == saved.next)
    #expect(read.projection.digest == saved.digest)
    for (ours, theirs) in zip(saved.sortedRooms, read.projection.sortedRooms) {
      #expect(ours.name == theirs.name)
      #expect(ours.state == theirs.state)
    }
  }

  @Test func `folding on from a checkpoint is folding from zero`() throws {
    var scene = Scene(seed: 43)
    scene.play(1_500)
    var whole = RoomState()
    for (offset, event) in scene.events.enumerated() {
      whole.apply(event, offset: Int64(offset), time: 5)
    }
    for cut in stride(from: 0, to: scene.events.count, by: 251) {
      var first = Projection()
      for event in scene.events[..<cut] {
        first.apply(event, in: .lobby, offset: first.next, time: 5)
      }
      var second = try #require(Checkpoint(Checkpoint(epoch: "e", projection: first).encoded))
        .projection
      for event in scene.events[cut...] {
        second.apply(event, in: .lobby, offset: second.next, time: 5)
      }
      #expect(second[.lobby]?.digest == whole.digest, "cut at \(cut)")
    }
  }

  @Test func `a damaged checkpoint is none`() {
    let bytes = Checkpoint(epoch: "abc", projection: projection(seed: 44)).encoded
    for position in stride(from: 0, to: bytes.count, by: 97) {
      var damaged = bytes
      damaged[position] ^= 0x10
      #expect(Checkpoint(damaged) == nil, "byte \(position)")
    }
    for length in stride(from: 0, to: bytes.count, by: 1_009) {
      #expect(Checkpoint(Array(bytes[..<length])) == nil, "length \(length)")
    }
  }

  @Test func `the newest whole checkpoint is found and only two are kept`() throws {
    let data = try #require(makeTemporaryDirectory())
    let log = try Log.open(data)
    defer { log.close() }
    try log.append((0..<50).map { _ in Record(key: nil, value: Array("{}".utf8)) })
    let directory = CheckpointDirectory(data: data)
    let epoch = log.state.epoch.id
    for next: Int64 in [10, 20, 30] {
      try directory.save(Checkpoint(epoch: epoch, projection: Projection(next: next)))
    }
    try directory.save(Checkpoint(epoch: "otherone", projection: Projection(next: 40)))
    #expect(directory.newest(of: log.state, upTo: 50)?.projection.next == 30)
    #expect(directory.newest(of: log.state, upTo: 29) == nil, "the older ones are dropped")
  }

  @Test func `the checkpoint at the log's start is kept however many follow`() throws {
    let data = try #require(makeTemporaryDirectory())
    let log = try Log.open(data)
    defer { log.close() }
    try log.append((0..<50).map { _ in Record(key: nil, value: Array("{}".utf8)) })
    let directory = CheckpointDirectory(data: data)
    for next: Int64 in [10, 20, 30, 40, 50] {
      let checkpoint = Checkpoint(epoch: log.state.epoch.id, projection: Projection(next: next))
      try directory.save(checkpoint, keeping: [0, 20])
    }
    #expect(try directory.names().map { directory.next(of: $0) } == [20, 40, 50])
    #expect(directory.newest(of: log.state, upTo: 39)?.projection.next == 20)
  }

  @Test func `one of each million events is kept, fewer in a very long log`() throws {
    let data = try #require(makeTemporaryDirectory())
    let directory = CheckpointDirectory(data: data)
    func save(_ nexts: some Sequence<Int64>, from start: Int64 = 0) throws -> [Int64] {
      for next in nexts {
        try directory.save(
          Checkpoint(epoch: "e", projection: Projection(next: next)), keeping: [start])
      }
      return try directory.names().compactMap { directory.next(of: $0) }
    }
    let million: Int64 = 1_000_000
    #expect(
      try save(stride(from: million / 2 + 1, through: 4 * million, by: 400_000)) == [
        1_300_001, 2_100_001, 3_300_001, 3_700_001,
      ])
    #expect(
      try save([5 * million], from: 2 * million) == [2_100_001, 3_300_001, 3_700_001, 5_000_000])
    // Behind 64 of them every second one goes.
    let long = try save(stride(from: 6 * million, through: 80 * million, by: 500_000))
    #expect(long.count <= 42)
    for offset in stride(from: 4 * million, to: 80 * million, by: 700_000) {
      let near = try #require(long.last { $0 <= offset })
      #expect(offset - near <= 3 * million)
    }
  }
}

func makeTemporaryDirectory() -> String? {
  var template = Array("/tmp/verbatim-test-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { return nil }
  return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
