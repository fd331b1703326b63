import LogStore
import Projector
import Replay
import Testing

@Suite struct `One flipped byte` {
  /// A batch as it lies in a file.
  private struct Place {
    let file: String
    let path: String
    let batch: BatchSummary
  }

  private func places(_ log: WrittenLog) throws -> [Place] {
    var places: [Place] = []
    for path in try log.segments() {
      var walk = try SegmentWalk(path: path)
      while case .batch(let batch) = try walk.next() {
        places.append(Place(file: walk.name, path: path, batch: batch))
      }
    }
    return places
  }

  @Test(arguments: [UInt64(21), 22])
  func `anywhere in a segment is found and named`(seed: UInt64) throws {
    let log = try WrittenLog(Scene(seed: seed, steps: 250), seed: seed)
    let places = try places(log)
    var random = Seeded(seed)
    for _ in 0..<120 {
      let place = places[Int.random(in: 0..<places.count, using: &random)]
      let byte = Int(place.batch.position) + Int.random(in: 0..<place.batch.bytes, using: &random)
      let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
      try flip(place.path, byte, bit)
      let bad = try Verifier.verify(data: log.data).firstBad
      let at = "seed \(seed), \(place.file), byte \(byte), bit \(bit)"
      #expect(bad?.file == place.file, "\(at)")
      #expect(bad?.position == place.batch.position, "\(at)")
      #expect(bad?.offset == place.batch.base, "\(at)")
      try flip(place.path, byte, bit)
    }
    #expect(try Verifier.verify(data: log.data).isOK)
  }

  @Test func `in each byte of a batch's head is found`() throws {
    let log = try WrittenLog(Scene(seed: 23, steps: 150))
    let places = try places(log)
    for place in [places[0], places[places.count / 2], places[places.count - 1]] {
      for byte in 0..<61 {
        try flip(place.path, Int(place.batch.position) + byte, 0x10)
        let bad = try Verifier.verify(data: log.data).firstBad
        #expect(bad?.file == place.file, "byte \(byte)")
        #expect(bad?.offset == place.batch.base, "byte \(byte)")
        try flip(place.path, Int(place.batch.position) + byte, 0x10)
      }
    }
  }

  @Test func `beside the segments is found too`() throws {
    let log = try WrittenLog(Scene(seed: 24, steps: 400))
    let rebuild = try Rebuild(data: log.data)
    try CheckpointDirectory(data: log.data).save(
      Checkpoint(
        epoch: rebuild.reader.state.epoch.id, projection: try rebuild.projection(at: 99)))
    let segment = try #require(try log.segments().first).dropLast(4)
    let checkpoint = "checkpoints/00000000000000000100.checkpoint"
    for path in [
      "\(segment).index", "\(segment).timeindex", "\(log.data)/log/meta.json",
      "\(log.data)/log/recovery-point", "\(log.data)/\(checkpoint)",
    ] {
      let count = try TemporaryDirectory.read(path).count
      #expect(count > 0, "\(path)")
      for byte in stride(from: count - 1, to: 0, by: -max(1, count / 7)) {
        try flip(path, byte, 1)
        #expect(try !Verifier.verify(data: log.data).isOK, "\(path), byte \(byte)")
        try flip(path, byte, 1)
      }
    }
    #expect(try Verifier.verify(data: log.data).isOK)
  }

  @Test func `with its checksum made right is found all the same`() throws {
    let log = try WrittenLog(Scene(seed: 25, steps: 1_000))
    var tried = 0
    // In the last segment a draft that was never sent has nothing that could contradict it.
    let last = try log.segments().last
    for place in try places(log) where !place.batch.isCompressed && place.path != last {
      let bytes = try TemporaryDirectory.read(place.path)
      var changed = bytes
      let range = Int(place.batch.position)..<Int(place.batch.position) + place.batch.bytes
      // The last letter of a person's words.
      let mark = Array(#"","kind":"type"}"#.utf8)
      let end = range.last { index in
        index > range.lowerBound + 61 && changed[index..<range.upperBound].starts(with: mark)
      }
      guard let end, "he0".utf8.contains(changed[end - 1]) else { continue }
      changed[end - 1] = UInt8(ascii: "j")
      let checksum = changed[(range.lowerBound + 21)..<range.upperBound].withUnsafeBytes {
        crc32c($0)
      }
      withUnsafeBytes(of: checksum.bigEndian) { stored in
        changed.replaceSubrange(range.lowerBound + 17..<range.lowerBound + 21, with: stored)
      }
      try TemporaryDirectory.write(changed, to: place.path)
      let verdict = try Verifier.verify(data: log.data)
      #expect(!verdict.isOK, "offset \(place.batch.base)")
      tried += 1
      try TemporaryDirectory.write(bytes, to: place.path)
    }
    #expect(tried > 3)
  }

  private func flip(_ path: String, _ byte: Int, _ bits: UInt8) throws {
    var bytes = try TemporaryDirectory.read(path)
    bytes[byte] ^= bits
    try TemporaryDirectory.write(bytes, to: path)
  }
}
