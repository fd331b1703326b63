import Glibc
import Testing

@testable import LogStore

/// No space is waited out; a failed sync ends writing; nothing acknowledged is lost either way.
@Suite struct FailingDiskTests {
  private let directory = TemporaryDirectory()
  private let storage = FaultyStorage()
  private let time = FakeTime()

  private func open(_ options: LogOptions = .init()) throws -> Log {
    try directory.open(options, time: time, storage: storage)
  }

  @Test(arguments: [EIO, ENOSPC])
  func `a failed sync poisons, and reads go on up to the committed end`(code: Int32) throws {
    let log = try open()
    try log.append([Record("kept")])
    storage.inject { operation, path in
      operation == .sync && path.hasSuffix(".log") ? code : nil
    }
    #expect(throws: AppendError.self) { try log.append([Record("lost")]) }
    guard case .poisoned(let by) = log.state.health else {
      Issue.record("\(log.state.health)")
      return
    }
    #expect(by.contains("sync"))
    storage.inject(nil)
    time.pass(milliseconds: 60_000)
    log.nudge()
    #expect(throws: AppendError.poisoned(by: by)) { try log.append([Record("more")]) }
    #expect(throws: AppendError.poisoned(by: by)) { try log.submit([Record("x")], generation: 9) }
    #expect(try log.all() == seen([Record("kept")]))
    log.close()
    // Nobody was told of the second record, and it may be there or not.
    let again = try open()
    #expect(!again.opening.clean)
    #expect(try again.all().first == Seen(offset: 0, record: Record("kept")))
  }

  @Test(arguments: [ENOSPC, EDQUOT, EFBIG])
  func `no space cuts back, refuses the generation, and heals a second later`(code: Int32) throws {
    let log = try open(.growing)
    try log.append([Record("kept")])
    let size = try bytes(of: directory.layout.segment(0)).count
    storage.inject { operation, _ in operation == .write ? code : nil }
    let signal = Signal()
    let observation = log.observe { signal.raise() }
    try log.submit([Record("refused")], generation: 7)
    signal.wait { log.state.health == .noSpace }
    #expect(log.state.refusedGeneration == 7)
    #expect(log.state.next == 1)
    #expect(try bytes(of: directory.layout.segment(0)).count == size)
    #expect(throws: AppendError.noSpace) { try log.submit([Record("x")], generation: 8) }
    #expect(try log.all() == seen([Record("kept")]))
    // Still none a second later.
    time.pass(milliseconds: 1_000)
    log.nudge()
    #expect(throws: AppendError.noSpace) { try log.append([Record("x")]) }
    storage.inject(nil)
    while log.state.health != .ok {
      time.pass(milliseconds: 1_000)
      log.nudge()
      sched_yield()
    }
    #expect(throws: AppendError.refused(generation: 7)) {
      try log.submit([Record("x")], generation: 7)
    }
    #expect(try log.submit([Record("again")], generation: 8) == 1)
    try log.append([Record("more")])
    #expect(try log.all() == seen([Record("kept"), Record("again"), Record("more")]))
    observation.cancel()
    log.abandon()
    #expect(try open().all() == seen([Record("kept"), Record("again"), Record("more")]))
  }

  @Test func `a cut that fails poisons`() throws {
    let log = try open(.growing)
    try log.append([Record("kept")])
    storage.inject { operation, _ in
      operation == .write ? ENOSPC : operation == .truncate ? EIO : nil
    }
    #expect(throws: AppendError.self) { try log.append([Record("x")]) }
    guard case .poisoned = log.state.health else {
      Issue.record("\(log.state.health)")
      return
    }
  }

  @Test func `no space for zeros is no error`() throws {
    let log = try open()
    storage.inject { operation, path in nil }
    try log.append([Record("first")])
    log.close()
    let counter = FaultyStorage()
    let again = try directory.open(time: time, storage: counter)
    // Every other write is of zeros here: the batch goes through, what is ahead of it does not.
    let writes = Counter()
    counter.inject { operation, path in
      guard operation == .write, path.hasSuffix(".log") else { return nil }
      return writes.next() > 1 ? ENOSPC : nil
    }
    try again.append([Record("second")])
    #expect(again.state.health == .ok)
    #expect(try again.all() == seen([Record("first"), Record("second")]))
  }

  @Test func `a directory that cannot be written refuses a roll, keeps the end, and heals`() throws
  {
    let log = try open(LogOptions(segmentBytes: 1_000))
    let big = Record(key: nil, value: (0..<700).map { UInt8(truncatingIfNeeded: $0 &* 37) })
    try log.append([big])
    storage.inject { operation, path in
      operation == .open && path.hasSuffix("next.prepared") ? EROFS : nil
    }
    #expect(throws: AppendError.self) { try log.append([big]) }
    guard case .readOnly = log.state.health else {
      Issue.record("\(log.state.health)")
      return
    }
    #expect(log.state.next == 1)
    storage.inject(nil)
    while log.state.health != .ok {
      time.pass(milliseconds: 1_000)
      log.nudge()
      sched_yield()
    }
    #expect(try log.append([big]) == 1..<2)
    #expect(try log.all() == seen([big, big]))
  }

  @Test func `every operation of a roll may find no space, once, and nothing is lost`() throws {
    let big = Record(key: nil, value: (0..<700).map { UInt8(truncatingIfNeeded: $0 &* 37) })
    for failing in 0..<12 {
      let directory = TemporaryDirectory()
      let storage = FaultyStorage()
      let time = FakeTime()
      let options = LogOptions(segmentBytes: 1_000)
      let log = try directory.open(options, time: time, storage: storage)
      try log.append([big])
      let counter = Counter()
      storage.inject { operation, _ in
        guard [.open, .write, .rename].contains(operation) else { return nil }
        return counter.next() == failing ? ENOSPC : nil
      }
      var appended = 1
      while appended < 4 {
        do {
          try log.append([big])
          appended += 1
        } catch {
          try #require(error == .noSpace)
          time.pass(milliseconds: 1_000)
          log.nudge()
          sched_yield()
        }
      }
      #expect(try log.all() == seen([big, big, big, big]))
      log.abandon()
      let again = try directory.open(options)
      #expect(again.state.health == .ok)
      #expect(try again.all() == seen([big, big, big, big]))
    }
  }

  @Test func `an opening without space serves reads, and appends once there is some`() throws {
    let log = try open()
    try log.append([Record("kept")])
    log.abandon()
    storage.inject { operation, path in
      operation == .write && path.hasSuffix(".new") ? ENOSPC : nil
    }
    let again = try open()
    #expect(again.state.health == .noSpace)
    #expect(try again.all() == seen([Record("kept")]))
    #expect(throws: AppendError.noSpace) { try again.append([Record("x")]) }
    storage.inject(nil)
    while again.state.health != .ok {
      time.pass(milliseconds: 1_000)
      again.nudge()
      sched_yield()
    }
    #expect(try again.append([Record("more")]) == 1..<2)
  }

  @Test func `an error of the disk while reading is not damage`() throws {
    let log = try open()
    try log.append([Record("x")])
    storage.inject { operation, _ in operation == .read ? EIO : nil }
    #expect(throws: ReadError.io(errno: EIO, file: "00000000000000000000.log")) { try log.all() }
    storage.inject(nil)
    #expect(try log.all() == seen([Record("x")]))
  }

  @Test func `an unwritable place and one that is no log are said plainly`() throws {
    #expect(throws: OpenError.missing(path: directory.path)) { try LogReader.open(directory.path) }
    try write([], to: "\(directory.path)/file")
    #expect(throws: OpenError.self) { try Log.open("\(directory.path)/file/data") }
    storage.inject { operation, _ in operation == .lock ? EACCES : nil }
    #expect(throws: OpenError.unwritable(path: directory.layout.lock, errno: EACCES)) {
      try open()
    }
  }
}
