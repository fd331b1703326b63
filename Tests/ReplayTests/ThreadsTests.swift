import Chat
import LogStore
import Projector
import Replay
import Testing

@Suite struct `Decoded by many threads` {
  private func fold(
    _ reader: LogReader, from: Int64 = 0, to end: Int64? = nil, threads: Int
  ) throws -> Projection {
    var projection = Projection(next: from)
    try reader.scan(
      from: from, to: end, threads: threads, pieces: { FoldBlock() }, begin: { $0.removeAll() },
      decode: { $1.append($0) }
    ) { block in
      projection.apply(block)
      return .advance
    }
    return projection
  }

  @Test(arguments: [1, 2, 3, 8])
  func `a log is what one thread makes of it`(threads: Int) throws {
    for seed in [UInt64(81), 82] {
      let log = try WrittenLog(Scene(seed: seed, steps: 4_000), seed: seed)
      let reader = try LogReader.openReadOnly(log.data)
      var expected = Projection()
      try reader.scan(from: 0, to: nil) { record in
        expected.apply(record)
        return .advance
      }
      let found = try fold(reader, threads: threads)
      #expect(found == expected, "seed \(seed)")
      #expect(found.digest == expected.digest)
    }
  }

  @Test func `a log is right at every offset where it stops and starts`() throws {
    let log = try WrittenLog(Scene(seed: 83, steps: 600))
    let reader = try LogReader.openReadOnly(log.data)
    var expected = Projection()
    var random = Seeded(83)
    for end in Int64(1)...reader.state.next {
      try reader.scan(from: end - 1, to: end) { record in
        expected.apply(record)
        return .advance
      }
      guard Int.random(in: 0..<6, using: &random) == 0 else { continue }
      #expect(try fold(reader, to: end, threads: 2).digest == expected.digest, "to \(end)")
      var counted: Int64 = 0
      let from = Int64.random(in: 0..<end, using: &random)
      try reader.scan(
        from: from, to: end, threads: 2, pieces: { Int64(0) }, begin: { $0 = 0 },
        decode: { $1 += 1 }
      ) { piece in
        counted += piece
        return .advance
      }
      #expect(counted == end - from, "\(from) to \(end)")
    }
  }

  @Test(arguments: [UInt64(84), 85])
  func `a damaged log ends with the fault that one thread meets`(seed: UInt64) throws {
    let log = try WrittenLog(Scene(seed: seed, steps: 1_500), seed: seed)
    let segments = try log.segments()
    var random = Seeded(seed)
    for _ in 0..<12 {
      let path = segments[Int.random(in: 0..<segments.count, using: &random)]
      var bytes = try TemporaryDirectory.read(path)
      let (good, place) = (bytes, Int.random(in: 0..<bytes.count, using: &random))
      bytes[place] ^= 0x10
      try TemporaryDirectory.write(bytes, to: path)
      if let reader = try? LogReader.openReadOnly(log.data) {
        let alone = #expect(throws: ReadError.self) {
          try reader.scan(from: 0, to: nil) { _ in .advance }
          throw ReadError.io(errno: 0, file: "nothing was found")
        }
        let together = #expect(throws: ReadError.self) {
          _ = try fold(reader, threads: 3)
          throw ReadError.io(errno: 0, file: "nothing was found")
        }
        #expect(alone == together, "seed \(seed), \(path), byte \(place)")
      }
      try TemporaryDirectory.write(good, to: path)
    }
  }

  @Test func `a scan that is stopped ends at once`() throws {
    let log = try WrittenLog(Scene(seed: 86, steps: 3_000))
    let reader = try LogReader.openReadOnly(log.data)
    var calls = 0
    try reader.scan(
      from: 0, to: nil, threads: 4, pieces: { 0 }, begin: { $0 = 0 }, decode: { $1 += 1 }
    ) { _ in
      calls += 1
      return .stop
    }
    #expect(calls == 1)
  }
}
