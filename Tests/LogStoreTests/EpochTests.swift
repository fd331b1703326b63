import Testing

@testable import LogStore

/// When offsets may have been given twice, their epoch says so.
@Suite struct EpochTests {
  private let directory = TemporaryDirectory()

  @Test func `an epoch's name is eight characters of base32, and random`() {
    let names = (0..<100).map { _ in EpochID.random() }
    #expect(Set(names).count == 100)
    for name in names {
      #expect(name.utf8.count == 8)
      #expect(name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x32...0x37).contains($0) })
    }
  }

  @Test func `commit mode keeps its epoch through every stop`() throws {
    for _ in 0..<3 {
      let log = try directory.open()
      try log.append([Record("x")])
      log.abandon()
    }
    try directory.open().close()
    #expect(try directory.open().state.epochs.count == 1)
  }

  @Test(arguments: [Durability.os, .interval(milliseconds: 60_000)])
  func `weaker modes begin an epoch after every unclean stop`(durability: Durability) throws {
    let options = LogOptions(durability: durability)
    let first = try directory.open(options)
    try first.append([Record("x"), Record("y")])
    first.close()
    let second = try directory.open(options)
    #expect(second.state.epochs.count == 1)
    try second.append([Record("z")])
    second.abandon()
    let third = try directory.open(options)
    #expect(third.opening.newEpoch)
    #expect(third.state.epochs.map(\.start) == [0, 3])
    third.abandon()
    // The mode in which it was written decides, not the one it is opened with.
    let fourth = try directory.open()
    #expect(fourth.state.epochs.map(\.start) == [0, 3, 3])
    fourth.abandon()
    #expect(try directory.open(options).state.epochs.count == 3)
  }

  @Test func `in weaker modes everything from the first bad batch on is cut`() throws {
    let options = LogOptions(durability: .os, preparesZeros: false)
    let log = try directory.open(options)
    var ends: [Int] = []
    for index in 0..<3 {
      try log.append([Record("batch \(index)")])
      ends.append(try bytes(of: directory.layout.segment(0)).count)
    }
    log.abandon()
    var file = try bytes(of: directory.layout.segment(0))
    file[ends[0] + 70] ^= 1
    try write(file, to: directory.layout.segment(0))
    let again = try directory.open(options)
    #expect(again.state.health == .ok)
    // The last batch ends in a zero, which counts as one written ahead.
    #expect(again.opening.cutBytes == Int64(ends[2] - ends[0] - 1))
    #expect(again.state.epochs.map(\.start) == [0, 1])
    #expect(try again.all() == seen([Record("batch 0")]))
  }

  @Test func `a restored backup begins a new epoch when told to`() throws {
    let log = try directory.open()
    try log.append([Record("x")])
    log.close()
    let restored = try directory.open(LogOptions(newEpoch: true))
    #expect(restored.state.epochs.map(\.start) == [0, 1])
  }

  @Test func `a cursor is good up to the start of the epoch after its own`() {
    let state = LogState(
      start: 0, next: 30, epochs: [.init(id: "a", start: 0), .init(id: "b", start: 10)],
      lastTimestamp: 0, health: .ok, refusedGeneration: 0, clockBehindMilliseconds: 0)
    for (epoch, offset, good) in [
      ("a", 0, true), ("a", 10, true), ("a", 11, false), ("b", 11, true), ("b", 30, true),
      ("b", 31, false), ("c", 0, false), ("a", -1, false),
    ] as [(String, Int64, Bool)] {
      #expect(state.accepts(epoch: epoch, offset: offset) == good, "(\(epoch), \(offset))")
    }
  }
}
