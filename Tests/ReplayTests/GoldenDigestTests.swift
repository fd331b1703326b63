import Chat
import Glibc
import Hashing
import LogStore
import Projector
import Replay
import Testing

@Suite struct `Logs of earlier versions` {
  @Test(arguments: GoldenDigest.all)
  func `have the digests that their own version gave them, with one thread and with many`(
    golden: GoldenDigest
  ) throws {
    let rebuild = try Rebuild(data: golden.path)
    for usesCheckpoints in [false, true] {
      let projection = try rebuild.projection(
        at: golden.offset, usesCheckpoints: usesCheckpoints, threads: 1)
      #expect(projection.digest.hex == golden.digest)
    }
    var projection = Projection()
    try rebuild.reader.scan(
      from: 0, to: golden.offset + 1, threads: 4, pieces: { FoldBlock() },
      begin: { $0.removeAll() }, decode: { $1.append($0) }
    ) { block in
      projection.apply(block)
      return .advance
    }
    #expect(projection.digest.hex == golden.digest)
  }

  @Test func `are there`() {
    #expect(Set(GoldenDigest.all.map(\.name)).count == 3)
    #expect(GoldenDigest.all.count > 8)
  }

  @Test func `are proven, checkpoints and all`() throws {
    let path = "\(GoldenDigest.samples)/\(GoldenConversation.name)"
    let verdict = try Verifier.verify(data: path)
    #expect(verdict.isOK, "\(verdict)")
    #expect(verdict.notes.isEmpty, "\(verdict.notes)")
    #expect(verdict.checkpoints == 1)
    #expect(verdict.segments > 2)
    #expect(verdict.foreign == 2 && verdict.extended == 1)
    #expect(verdict.digest.hex == GoldenDigest.all.last { $0.name == "chat-v1" }?.digest)
  }

  @Test func `hold the records they were written from`() throws {
    let written = try GoldenConversation.write()
    // Made on purpose, once, where there is none yet.
    if let out = getenv("VERBATIM_SAMPLES_OUT").map({ String(cString: $0) }) {
      unlink("\(written.data)/lock")
      try TemporaryDirectory.copy(written.data, to: "\(out)/\(GoldenConversation.name)")
      let rebuild = try Rebuild(data: written.data)
      for offset in stride(from: 0, through: rebuild.last, by: 97) {
        print(GoldenConversation.name, offset, try rebuild.projection(at: offset).digest.hex)
      }
    }
    let path = "\(GoldenDigest.samples)/\(GoldenConversation.name)"
    var kept: [[UInt8]] = []
    try LogReader.openReadOnly(path).scan(from: 0, to: nil) { record in
      kept.append([UInt8](record.value))
      return .advance
    }
    #expect(kept == GoldenConversation.records.map(\.value))
    #expect(written.records.map(\.value) == kept)
  }
}
