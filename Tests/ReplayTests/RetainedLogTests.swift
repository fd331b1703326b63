import Chat
import LogStore
import Projector
import Replay
import Testing

@Suite struct `A log that is looked after` {
  private func options(_ log: WrittenLog) -> LogOptions {
    var options = LogOptions(durability: log.durability, segmentBytes: WrittenLog.segmentBytes)
    options.rewritesSealed = true
    return options
  }

  @Test func `is proven at every step of rewriting, with the same digest`() throws {
    let written = try WrittenLog(Scene(seed: 21, steps: 300), seed: 21, durability: .commit)
    let before = try Verifier.verify(data: written.data)
    let log = try written.open()
    let upkeep = log.steppedUpkeep(options(written))
    var (steps, replaced) = (0, 0)
    repeat {
      // As a power cut would leave it, and beside the one who writes.
      let copy = "\(written.directory.path)/copy-\(steps)"
      try TemporaryDirectory.copy(written.data, to: copy)
      for verdict in [try Verifier.verify(data: copy), try Verifier.verify(data: written.data)] {
        #expect(verdict.firstBad == nil, "step \(steps)")
        #expect(verdict.digest == before.digest)
        #expect(verdict.events == before.events)
      }
      let meta = try TemporaryDirectory.read("\(copy)/log/meta.json")
      if String(decoding: meta, as: UTF8.self).contains("rewritten") { replaced += 1 }
      steps += 1
    } while upkeep.step()
    #expect(replaced >= before.segments - 1)
    log.close()
    let after = try Verifier.verify(data: written.data)
    #expect(after.isOK && after.digest == before.digest && after.notes.isEmpty)
  }

  @Test func `is proven from the checkpoint at its start, and told when there is none`() throws {
    let written = try WrittenLog(Scene(seed: 22, steps: 400), seed: 22, durability: .commit)
    let before = try Verifier.verify(data: written.data)
    let log = try written.open()
    let checkpoints = CheckpointDirectory(data: written.data)
    let (data, epoch) = (written.data, log.state.epoch.id)
    var options = options(written)
    options.retainBytes = 20_000
    options.willRetain = { start in
      guard let rebuild = try? Rebuild(data: data),
        let projection = try? rebuild.projection(at: start - 1),
        projection.next == start
      else { return false }
      let checkpoint = Checkpoint(epoch: epoch, projection: projection)
      return (try? checkpoints.save(checkpoint, keeping: [start])) != nil
    }
    log.steppedUpkeep(options).run()
    let start = log.state.start
    #expect(start > 0)
    log.close()

    let verdict = try Verifier.verify(data: written.data)
    #expect(verdict.firstBad == nil)
    #expect(verdict.start == start && verdict.next == before.next)
    #expect(verdict.digest == before.digest)
    #expect(verdict.notes.isEmpty)
    let rebuild = try Rebuild(data: written.data)
    #expect(try rebuild.projection(at: rebuild.last).digest == before.digest)

    for name in try checkpoints.names() {
      try POSIXStorage().remove("\(written.data)/checkpoints/\(name)")
    }
    let bare = try Verifier.verify(data: written.data)
    #expect(bare.isOK && bare.start == start)
    #expect(bare.notes.contains { $0.contains("no checkpoint says what was before") })
  }
}
