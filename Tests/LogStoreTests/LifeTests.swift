import Glibc
import Testing

@testable import LogStore

/// Random lives of a log against a plain array.
///
/// Invariants checked, after every opening and every append:
/// - what was acknowledged is there, at its offset, once;
/// - what was refused for lack of space is not there;
/// - what the end of writing left unknown is there whole batch by batch, or not at all;
/// - every epoch a log had, it still has.
@Suite struct LifeTests {
  private struct Life {
    let directory = TemporaryDirectory()
    let storage = FaultyStorage()
    let time = FakeTime()
    var generator: Seeded
    var acknowledged: [Record] = []
    /// Submitted when writing ended; nobody was told what became of it.
    var unknown: [Record] = []
    var epochs: [Epoch] = []
    let options: LogOptions

    init(_ seed: UInt64) {
      generator = Seeded(seed)
      options = LogOptions(
        segmentBytes: .random(in: 1_000...20_000, using: &generator),
        recentBytes: .random(in: 0...9_000, using: &generator),
        preparesZeros: .random(using: &generator))
    }

    mutating func open() throws -> Log {
      let log = try directory.open(options, time: time, storage: storage)
      #expect(log.state.health == .ok)
      let found = try log.all()
      let certain = seen(acknowledged)
      #expect(found.count >= certain.count && Array(found.prefix(certain.count)) == certain)
      let more = found.dropFirst(certain.count).map(\.record)
      #expect(more.isEmpty || more == unknown)
      acknowledged += more
      unknown = []
      #expect(log.state.epochs.prefix(epochs.count).elementsEqual(epochs))
      epochs = log.state.epochs
      return log
    }

    mutating func step(_ log: Log) throws {
      time.pass(milliseconds: .random(in: 0...1_500, using: &generator))
      log.nudge()
      var generator = generator
      let records = (0..<Int.random(in: 1...40, using: &generator)).map { _ in
        Record.random(&generator)
      }
      self.generator = generator
      do {
        #expect(try log.append(records).lowerBound == Int64(acknowledged.count))
        acknowledged += records
      } catch {
        if case .poisoned = error { unknown = records } else { #expect(error == .noSpace) }
      }
    }
  }

  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func `a life of crashes, full disks and failed syncs loses nothing`(seed: UInt64) throws {
    var life = Life(seed)
    for _ in 0..<12 {
      life.storage.inject(nil)
      let log = try life.open()
      let fault = Int.random(in: 0..<4, using: &life.generator)
      let after = Int.random(in: 0..<60, using: &life.generator)
      for step in 0..<Int.random(in: 1...12, using: &life.generator) {
        if step == 3, fault > 0 {
          let counter = Counter()
          life.storage.inject { operation, _ in
            guard counter.next() >= after else { return nil }
            switch (fault, operation) {
            case (1, .write), (1, .open): return ENOSPC
            case (2, .sync): return EIO
            case (3, .write): return counter.next() % 3 == 0 ? EDQUOT : nil
            default: return nil
            }
          }
        }
        try life.step(log)
        if case .poisoned = log.state.health { break }
      }
      #expect(try log.all() == seen(life.acknowledged))
      if Bool.random(using: &life.generator) { log.close() } else { log.abandon() }
    }
  }
}
