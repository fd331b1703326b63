import Dispatch
import LogStore
import NIOCore
import Testing

@testable import Kafka

/// Where groups have read to: durable, bounded, and only said by who may.
@Suite struct PlaceTests {
  static func commit(
    _ offset: Int64, group: String = "g", generation: Int32 = -1, member: String = "",
    metadata: String? = nil, partition: Int32 = 0
  ) -> ByteBuffer {
    ClientRequest(.offsetCommit, 3).with { buffer in
      buffer.writeText(group)
      buffer.writeInteger(generation)
      buffer.writeText(member)
      buffer.writeInteger(Int64(-1))
      buffer.writeArray(["chat"]) { buffer, topic in
        buffer.writeText(topic)
        buffer.writeArray([partition]) { buffer, index in
          buffer.writeInteger(index)
          buffer.writeInteger(offset)
          buffer.writeNullableText(metadata)
        }
      }
    }
  }

  static func error(_ peer: Peer, _ request: ByteBuffer) throws -> ErrorCode? {
    var answer = try peer.ask(request)
    for _ in 0..<2 { _ = try answer.integer(Int32.self) }
    _ = try answer.string()
    for _ in 0..<2 { _ = try answer.integer(Int32.self) }
    return ErrorCode(rawValue: try answer.integer())
  }

  static func place(_ peer: Peer, group: String = "g") throws -> (Int64, String)? {
    var answer = try peer.ask(
      ClientRequest(.offsetFetch, 3).with { buffer in
        buffer.writeText(group)
        buffer.writeInteger(Int32(-1))
      })
    _ = try answer.integer(Int32.self)
    guard try answer.integer(Int32.self) == 1 else { return nil }
    _ = try answer.string()
    for _ in 0..<2 { _ = try answer.integer(Int32.self) }
    return (try answer.integer(), try answer.nullableString() ?? "")
  }

  @Test("a place is there again after a restart, and the last one counts")
  func durable() throws {
    let world = try ListenerWorld()
    let peer = try world.peer()
    #expect(try Self.place(peer) == nil)
    for offset in Int64(1)...20 {
      #expect(try Self.error(peer, Self.commit(offset, metadata: "at \(offset)")) == ErrorCode.none)
    }
    #expect(try Self.place(peer)?.0 == 20)
    try world.restart()
    let found = try Self.place(try world.peer())
    #expect(found?.0 == 20)
    #expect(found?.1 == "at 20")
  }

  @Test("a place of a partition that is not there, or with too much beside it, is refused")
  func refused() throws {
    let world = try ListenerWorld()
    let peer = try world.peer()
    #expect(try Self.error(peer, Self.commit(1, partition: 1)) == .unknownTopicOrPartition)
    let long = String(repeating: "x", count: 4_097)
    #expect(try Self.error(peer, Self.commit(1, metadata: long)) == .offsetMetadataTooLarge)
    #expect(try Self.error(peer, Self.commit(-1)) == .invalidRequest)
    #expect(try Self.error(peer, Self.commit(1, group: "")) == .invalidGroupID)
    #expect(try Self.error(peer, Self.commit(1, generation: 1, member: "m")) == .illegalGeneration)
    #expect(try Self.place(peer) == nil)
  }

  @Test("the log of places stays small however often groups commit, and forgets none of them")
  func bounded() throws {
    let world = try ListenerWorld()
    let path = "\(world.path)/places"
    let bounds = OffsetLog.Bounds(
      segmentBytes: 32 << 10, rewriteBytes: 128 << 10, retainBytes: 512 << 10)
    let noise = (0..<80).map { _ in String(UInt64.random(in: 0...(.max))) }
    // Short runs, so that none of them alone brings a place to be written again.
    for run in Int64(0)..<40 {
      let places = try OffsetLog(path, bounds: bounds, time: SystemTime())
      if run == 0 { Self.commit(["early": 1], to: places) }
      for offset in 1...Int64(20) {
        let metadata = noise.shuffled().joined()
        Self.commit(["busy": run * 1_000 + offset], metadata, to: places)
      }
      places.close()
    }
    let reader = try LogReader.open(path)
    #expect(reader.state.start > 0, "old segments have gone")
    #expect(reader.segments.reduce(0) { $0 + $1.bytes } < 768 << 10)
    let again = try OffsetLog(path, bounds: bounds, time: SystemTime())
    defer { again.close() }
    #expect(again.all.mapValues(\.offset) == ["early": 1, "busy": 39_020])
  }

  /// Commits places and waits until they are durable.
  private static func commit(
    _ offsets: [String: Int64], _ metadata: String = "", to places: OffsetLog
  ) {
    let written = DispatchSemaphore(value: 0)
    for (group, offset) in offsets {
      let place = CommittedOffset(offset: offset, metadata: metadata, time: 1)
      places.commit(OffsetRecord(group: group, place: place)) { error in
        #expect(error == nil)
        written.signal()
      }
    }
    for _ in offsets { written.wait() }
  }

  @Test("a record of a place reads as it was written, and nothing else reads as one")
  func records() throws {
    let world = try ListenerWorld()
    let written = [
      OffsetRecord(group: "g", place: CommittedOffset(offset: 5, metadata: "m", time: 9)),
      OffsetRecord(group: "g", place: nil),
    ]
    try world.log.append(written.map(\.record))
    try world.log.append([Record(key: nil, value: [1]), Record(key: [0, 1], value: [0, 3])])
    var read: [OffsetRecord?] = []
    _ = try world.log.scan(from: 0, to: nil) { view in
      read.append(OffsetRecord(view))
      return .advance
    }
    #expect(read == written + [nil, nil])
  }
}
