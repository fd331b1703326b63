import Glibc
import Synchronization
import Testing

@testable import LogStore

/// What is set aside for a full disk, what is written ahead on a nearly full one, and what is
/// prepared for the next segment.
@Suite struct FullDiskTests {
  private let directory = TemporaryDirectory()
  private let time = FakeTime()

  private func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  @Test func `the ballast is held while all is well, let go without space, and had again`() throws {
    let disk = SmallDisk(bytes: 1 << 30)
    var options = LogOptions.growing
    options.ballast = .bytes(100_000)
    let log = try directory.open(options, time: time, storage: disk)
    try log.append([Record("kept")])
    #expect(try bytes(of: directory.layout.ballast).count == 100_000)
    disk.fill()
    #expect(throws: AppendError.noSpace) { try log.append([Record("refused")]) }
    #expect(!exists(directory.layout.ballast))
    // Room for the record, but not for the ballast beside it.
    disk.free(60_000)
    time.pass(milliseconds: 1_000)
    log.nudge()
    #expect(throws: AppendError.noSpace) { try log.append([Record("refused")]) }
    disk.free(1 << 20)
    while log.state.health != .ok {
      time.pass(milliseconds: 1_000)
      log.nudge()
      sched_yield()
    }
    #expect(exists(directory.layout.ballast))
    #expect(try log.append([Record("more")]) == 1..<2)
    log.close()
    #expect(try directory.open(time: time).all() == seen([Record("kept"), Record("more")]))
    #expect(!exists(directory.layout.ballast), "nothing is set aside unasked")
  }

  @Test func `a full disk still takes a clean close`() throws {
    let disk = SmallDisk(bytes: 1 << 20)
    var options = LogOptions.growing
    options.ballast = .bytes(50_000)
    let log = try directory.open(options, time: time, storage: disk)
    try log.append([Record("kept")])
    disk.fill()
    log.close()
    #expect(try directory.open(time: time).opening.clean)
  }

  @Test func `a ballast that does not fit is no error, and one percent is the most`() throws {
    let disk = SmallDisk(bytes: 30_000)
    var options = LogOptions.growing
    options.ballast = .bytes(100_000)
    let log = try directory.open(options, time: time, storage: disk)
    #expect(log.state.health == .ok)
    #expect(!exists(directory.layout.ballast))
    #expect(try log.append([Record("x")]) == 0..<1)
    #expect(Ballast(.standard, disk, directory.layout).bytes == 300)
    #expect(
      Ballast(.standard, SmallDisk(bytes: 1 << 40), directory.layout).bytes == Ballast.bytesMax)
  }

  @Test func `a ballast that never could be had is not waited for`() throws {
    let disk = SmallDisk(bytes: 30_000)
    var options = LogOptions.growing
    options.ballast = .bytes(1 << 30)
    let log = try directory.open(options, time: time, storage: disk)
    try log.append([Record("kept")])
    disk.fill()
    #expect(throws: AppendError.noSpace) { try log.append([Record("refused")]) }
    disk.free(1 << 20)
    while log.state.health != .ok {
      time.pass(milliseconds: 1_000)
      log.nudge()
      sched_yield()
    }
    #expect(try log.append([Record("more")]) == 1..<2)
  }

  @Test(arguments: [(3 << 20, true), (1 << 20, false), (900_000, false)])
  func `zeros are written ahead only where more than the ballast is left`(
    free: Int, areWritten: Bool
  ) throws {
    let disk = SmallDisk(bytes: Int64(free))
    var options = LogOptions()
    options.ballast = .bytes(500_000)
    let log = try directory.open(options, time: time, storage: disk)
    try log.append([Record("x")])
    let size = try bytes(of: directory.layout.segment(0)).count
    #expect((size > 1 << 20) == areWritten, "\(size) bytes")
    #expect(size <= (1 << 20) + 1_000)
    log.close()
  }

  @Test func `the next segment is prepared at half of this one, and rolled into`() throws {
    let options = LogOptions(segmentBytes: SegmentPreparation.segmentBytesMin)
    var generator = Seeded(3)
    let big = (0..<16).map { _ in Record(key: nil, value: .random(20_000, &generator)) }
    let log = try directory.open(options, time: time)
    try log.append(big)
    #expect(!exists(directory.layout.prepared))
    try log.append(big)
    while !exists(directory.layout.prepared) { sched_yield() }
    try log.append(big)
    try log.append(big)
    #expect(try directory.bases == [0, 48])
    let file = try bytes(of: directory.layout.segment(48))
    #expect(file.count >= 1 << 20, "its zeros came with it")
    log.abandon()
    let again = try directory.open(options, time: time)
    #expect(again.opening.cutBytes == 0)
    #expect(try again.all() == seen(big + big + big + big))
    try again.append(big + big)
    again.close()
    #expect(!exists(directory.layout.prepared))
  }

  @Test func `a prepared segment whose sync failed is not used`() throws {
    let options = LogOptions(segmentBytes: SegmentPreparation.segmentBytesMin)
    let storage = FaultyStorage()
    storage.inject { operation, path in
      operation == .sync && path.hasSuffix("next.prepared") ? EIO : nil
    }
    var generator = Seeded(3)
    let big = (0..<16).map { _ in Record(key: nil, value: .random(20_000, &generator)) }
    let log = try directory.open(options, time: time, storage: storage)
    for _ in 0..<3 { try log.append(big) }
    #expect(throws: AppendError.self) { try log.append(big) }
    guard case .poisoned = log.state.health else {
      Issue.record("\(log.state.health)")
      return
    }
    #expect(try log.all() == seen(big + big + big))
  }

  @Test func `a commit that takes two seconds shows in the state while it lasts`() throws {
    let storage = FaultyStorage()
    let log = try directory.open(.growing, time: time, storage: storage)
    try log.append([Record("quick")])
    #expect(log.state.stalledMilliseconds == 0)
    let entered = Signal()
    let isIn = Atomic(false)
    let mayGoOn = Atomic(false)
    storage.inject { operation, path in
      guard operation == .sync, path.hasSuffix(".log") else { return nil }
      isIn.store(true, ordering: .sequentiallyConsistent)
      entered.raise()
      while !mayGoOn.load(ordering: .sequentiallyConsistent) { sched_yield() }
      return nil
    }
    try log.submit([Record("slow")], generation: 1)
    entered.wait { isIn.load(ordering: .sequentiallyConsistent) }
    time.pass(milliseconds: 1_999)
    #expect(log.state.stalledMilliseconds == 0)
    time.pass(milliseconds: 1)
    #expect(log.state.stalledMilliseconds == 2_000)
    #expect(try log.all() == seen([Record("quick")]), "reads go on")
    mayGoOn.store(true, ordering: .sequentiallyConsistent)
    try log.append([Record("after")])
    #expect(log.state.stalledMilliseconds == 0)
  }

  @Test func `readers go on while there is no space, and see what comes after`() throws {
    let disk = SmallDisk(bytes: 1 << 30)
    let log = try directory.open(.growing, time: time, storage: disk)
    try log.append([Record("a"), Record("b")])
    disk.fill()
    #expect(throws: AppendError.noSpace) { try log.append([Record("refused")]) }
    var tails = (0..<50).map { log.tail(from: Int64($0 % 3)) }
    for index in tails.indices {
      let count = try tails[index].poll(limit: 10) { _ in }
      #expect(count == 2 - index % 3)
    }
    disk.free(1 << 20)
    while log.state.health != .ok {
      time.pass(milliseconds: 1_000)
      log.nudge()
      sched_yield()
    }
    try log.append([Record("c")])
    for index in tails.indices {
      var seen: [Int64] = []
      _ = try tails[index].poll(limit: 10) { seen.append($0.offset) }
      #expect(seen == [2])
    }
  }
}
