import Glibc
import Testing

@testable import LogStore

/// Reading one key's records, past the batches without it.
@Suite struct KeyScanTests {
  private let directory = TemporaryDirectory()

  /// Rooms of very different sizes, one of which goes silent, in segments far larger than what is
  /// looked through without asking where to look.
  private func fill(_ log: Log, segments: Int) throws -> [Record] {
    var generator = Seeded(23)
    var records: [Record] = []
    while try directory.logFiles.count < segments {
      let batch = (0..<40).map { _ in
        let roll = Int.random(in: 0..<1_000, using: &generator)
        let room = roll < 900 ? "lobby" : roll < 998 ? "room-\(roll % 7)" : "rare-\(roll)"
        let noise = (0..<40).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let key = records.count < 300 && roll < 100 ? "first" : room
        return Record(key: roll == 500 ? nil : [UInt8](key.utf8), value: noise)
      }
      try log.append(batch)
      records += batch
    }
    return records
  }

  private static let keys = [
    "lobby", "room-1", "room-6", "rare-998", "rare-999", "first", "nobody", "",
  ]

  private func expected(_ records: [Record], _ key: String) -> [Int64] {
    records.indices.filter { records[$0].key == [UInt8](key.utf8) }.map { Int64($0) }
  }

  private func check(_ log: some EventLog, _ records: [Record], seed: UInt64) throws {
    var generator = Seeded(seed)
    let next = Int64(records.count)
    for key in Self.keys {
      let all = expected(records, key)
      #expect(try log.keyed(key, from: 0) == all, "\(key)")
      for _ in 0..<12 {
        let from = Int64.random(in: 0...next, using: &generator)
        let to = Int64.random(in: 0...next, using: &generator)
        let some = all.filter { $0 >= from && $0 < to }
        #expect(try log.keyed(key, from: from, to: to) == some, "\(key) \(from)..<\(to)")
      }
    }
  }

  @Test func `a key's records are found in sealed, shrunk and active segments alike`() throws {
    let options = LogOptions(segmentBytes: 900_000)
    let log = try directory.open(options)
    var records = try fill(log, segments: 3)
    // The active segment too is to be worth asking about.
    for _ in 0..<400 {
      let more = (0..<20).map { Record("\($0) of many that fill", key: "room-\($0 % 2)") }
      try log.append(more)
      records += more
    }
    try check(log, records, seed: 1)
    #expect(try roomFiles() == [0, 1].map { try directory.logFiles[$0].dropLast(4) + ".rooms" })
    var shrinking = options
    shrinking.rewritesSealed = true
    log.steppedUpkeep(shrinking).run()
    try check(log, records, seed: 2)
    log.close()
    try check(try directory.open(options), records, seed: 3)
  }

  private func roomFiles() throws -> [String] {
    try POSIXStorage().names(in: directory.layout.segments).filter { $0.hasSuffix(".rooms") }
      .sorted()
  }

  @Test func `a rooms file that is missing, cut, changed or another's is made anew`() throws {
    let options = LogOptions(segmentBytes: 900_000)
    let log = try directory.open(options)
    let records = try fill(log, segments: 2)
    try check(log, records, seed: 4)
    log.close()
    let path = directory.layout.rooms(0)
    let good = try bytes(of: path)
    var generator = Seeded(6)
    var hurts: [[UInt8]?] = [nil, [], Array(good.dropLast()), good + [0]]
    for _ in 0..<24 {
      var hurt = good
      let bit = Int.random(in: 0..<good.count * 8, using: &generator)
      hurt[bit / 8] ^= 1 << (bit % 8)
      hurts.append(hurt)
    }
    for hurt in hurts {
      if let hurt { try write(hurt, to: path) } else { try POSIXStorage().remove(path) }
      let again = try directory.open(options)
      #expect(try again.keyed("rare-999", from: 0) == expected(records, "rare-999"))
      again.close()
      #expect(try bytes(of: path) == good)
    }
    // Where nothing may be written, it is made in memory.
    try POSIXStorage().remove(path)
    let reader = try LogReader.open(directory.path)
    var offsets: [Int64] = []
    for _ in 0..<2 {
      offsets = []
      try reader.scan(from: 0, to: nil, key: [UInt8]("rare-999".utf8)) { view in
        offsets.append(view.offset)
        return .advance
      }
      #expect(offsets == expected(records, "rare-999"))
    }
    #expect(try roomFiles().isEmpty)
  }

  @Test func `a filtered reader moves past a hundred thousand records to its own`() throws {
    // Records of another room, in shrunk segments.
    let options = LogOptions(durability: .os, segmentBytes: 600_000, recentBytes: 0)
    let log = try directory.open(options)
    try log.append([Record("first", key: "quiet")])
    for start in stride(from: 0, to: 100_000, by: 500) {
      try log.append((start..<start + 500).map { Record("another \($0)", key: "busy") })
    }
    let next = try log.append([Record("last", key: "quiet")]).upperBound
    var shrinking = options
    shrinking.rewritesSealed = true
    log.steppedUpkeep(shrinking).run()
    #expect(try log.keyed("quiet", from: 0) == [0, next - 1])
    #expect(try log.keyed("quiet", from: 1) == [next - 1])
    let key = [UInt8]("quiet".utf8)
    // Nothing found, and yet not asked for again.
    let reached = try log.scan(from: 1, to: next - 1, key: key, passing: .max) { _ in .stop }
    #expect(reached == next - 1)
    // One who may pass over few records comes to the end in steps, none of them in vain.
    var (offset, steps) = (Int64(1), 0)
    while offset < next - 1 {
      let before = offset
      offset = try log.scan(from: offset, to: next - 1, key: key, passing: 1_000) { _ in .stop }
      #expect(offset > before)
      steps += 1
    }
    #expect(steps < 110)
    log.close()
    let again = try directory.open(options)
    #expect(try again.keyed("quiet", from: 1) == [next - 1])
  }

  @Test func `a scan that is stopped says where to go on`() throws {
    let log = try directory.open(LogOptions(segmentBytes: 900_000))
    let records = try fill(log, segments: 2)
    let all = expected(records, "room-6")
    let key = [UInt8]("room-6".utf8)
    var offset: Int64 = 0
    var found: [Int64] = []
    while offset < log.state.next {
      offset = try log.scan(from: offset, to: nil, key: key, passing: .max) { view in
        found.append(view.offset)
        return .stop
      }
      if offset < log.state.next { #expect(offset == (found.last ?? -1) + 1) }
    }
    #expect(found == all)
  }

  @Test func `of the active segment's keys the map knows a bounded part`() throws {
    var map = RoomMap(base: 0)
    let log = try directory.open()
    for number in 0..<5_000 { try log.submit([Record("x", key: "key-\(number)")], generation: 1) }
    for _ in 0..<100 { try log.append([Record("y", key: "often")]) }
    try log.append([Record("z", key: "key-0")])
    let snapshot = log.published.current
    var walk = BatchWalk(snapshot.span(at: 0), ReadScratch(), position: 0, expected: 0)
    while let batch = try walk.next() { try map.add(batch, try walk.records(of: batch)) }
    #expect(map.isPartial)
    #expect(map.next == log.state.next)
    #expect(map[[UInt8]("key-4999".utf8)] == nil)
    #expect(map[[UInt8]("key-0".utf8)]?.last == log.state.next - 1)
    #expect(try log.keyed("key-4999", from: 0) == [4_999])
  }

  @Test func `a key in too many batches is known by its first and last offset`() throws {
    let log = try directory.open()
    var map = RoomMap(base: 0)
    for number in 0..<200 { try log.append([Record("\(number)", key: number < 64 ? "a" : "b")]) }
    let snapshot = log.published.current
    var walk = BatchWalk(snapshot.span(at: 0), ReadScratch(), position: 0, expected: 0)
    while let batch = try walk.next() { try map.add(batch, try walk.records(of: batch)) }
    #expect(map[[UInt8]("a".utf8)]?.batches?.count == 64)
    #expect(map[[UInt8]("b".utf8)] == RoomMap.Listed(first: 64, last: 199, batches: nil))
  }
}
