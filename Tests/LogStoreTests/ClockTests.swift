import Testing

@testable import LogStore

/// Time = max(wall, last + monotonic since last).
@Suite struct ClockTests {
  private let directory = TemporaryDirectory()
  private let time = FakeTime()

  private func times(_ log: Log) throws -> [Int64] {
    var times: [Int64] = []
    try log.scan(from: 0, to: nil) { view in
      times.append(view.timestamp)
      return .advance
    }
    return times
  }

  @Test func `the wall clock is followed while it goes forward, however far`() throws {
    let log = try directory.open(time: time)
    let start = time.wallMilliseconds
    try log.append([Record("a")])
    time.pass(milliseconds: 5)
    try log.append([Record("b")])
    time.step(milliseconds: 3_600_000)
    try log.append([Record("c")])
    #expect(try times(log) == [start, start + 5, start + 3_600_005])
    #expect(log.state.clockBehindMilliseconds == 0)
  }

  @Test func `a wall clock set back is carried over, and said once it is a second`() throws {
    let log = try directory.open(time: time)
    let start = time.wallMilliseconds
    try log.append([Record("a")])
    time.step(milliseconds: -900)
    time.pass(milliseconds: 10)
    try log.append([Record("b")])
    #expect(log.state.clockBehindMilliseconds == 0)
    time.step(milliseconds: -600)
    time.pass(milliseconds: 10)
    try log.append([Record("c")])
    #expect(log.state.clockBehindMilliseconds == 1_500)
    time.step(milliseconds: 1_500)
    time.pass(milliseconds: 10)
    try log.append([Record("d")])
    #expect(log.state.clockBehindMilliseconds == 0)
    #expect(try times(log) == [start, start + 10, start + 20, start + 30])
  }

  @Test func `fractions of a millisecond are not lost while the wall is behind`() {
    let time = FakeTime()
    var clock = LogClock(time, last: time.wallMilliseconds + 5_000)
    let first = clock.now().timestamp
    time.pass(milliseconds: 1)
    #expect(clock.now().timestamp == first + 1)
  }

  @Test func `a start far behind the last record must be asked for`() throws {
    let log = try directory.open(time: time)
    try log.append([Record("a")])
    log.close()
    let day: Int64 = 24 * 3_600_000
    time.step(milliseconds: -day - 5)
    #expect(throws: OpenError.clockBehind(milliseconds: day + 5)) {
      try directory.open(time: time)
    }
    let accepted = try directory.open(LogOptions(acceptClock: true), time: time)
    try accepted.append([Record("b")])
    #expect(accepted.state.clockBehindMilliseconds == day + 5)
    let times = try times(accepted)
    #expect(times[1] == times[0])
    accepted.close()
    time.step(milliseconds: day * 400)
    _ = try directory.open(time: time)
  }

  @Test func `the first record at or after a time is found in every segment`() throws {
    let log = try directory.open(LogOptions(segmentBytes: 2_000), time: time)
    let start = time.wallMilliseconds
    for index in 0..<100 {
      try log.append((0..<3).map { _ in Record(String(repeating: "\(index)", count: 40)) })
      time.pass(milliseconds: 10)
    }
    #expect(try LogReader.open(directory.path).segments.count > 3)
    for probe in [log.offset(forTime:), try reopened(log).offset(forTime:)] {
      #expect(try probe(.min) == 0)
      #expect(try probe(start) == 0)
      for index in 1..<100 {
        #expect(try probe(start + Int64(index) * 10) == Int64(index) * 3)
        #expect(try probe(start + Int64(index) * 10 - 3) == Int64(index) * 3)
      }
      #expect(try probe(start + 991) == 300)
      #expect(try probe(.max) == 300)
    }
  }

  private func reopened(_ log: Log) throws -> Log {
    log.close()
    return try directory.open(time: time)
  }
}
