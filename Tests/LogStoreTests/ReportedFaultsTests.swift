import Synchronization
import Testing

@testable import LogStore

/// What logs like this one were reported for, where no other suite has it.
@Suite struct ReportedFaultsTests {
  private let directory = TemporaryDirectory(inMemory: true)
  private let time = FakeTime()

  @Test func `one hurt index among two hundred segments costs one scan`() throws {
    let options = LogOptions(segmentBytes: 14_000, preparesZeros: false)
    let log = try directory.open(options, time: time)
    var generator = Seeded(12)
    while try directory.logFiles.count < 200 {
      try log.append((0..<12).map { _ in Record(key: nil, value: .random(100, &generator)) })
    }
    let next = log.state.next
    log.close()
    let bases = try directory.logFiles.compactMap(Layout.base(ofFile:))
    let hurt = bases[117]
    let good = try bytes(of: directory.layout.index(hurt))
    #expect(good.count >= 8)
    try write([UInt8](repeating: 0xFF, count: good.count), to: directory.layout.index(hurt))
    let storage = FaultyStorage()
    let written = Mutex<[String]>([])
    storage.inject { operation, path in
      if operation == .write, path.hasSuffix("index") { written.withLock { $0.append(path) } }
      return nil
    }
    let again = try directory.open(options, time: time, storage: storage)
    #expect(again.opening.clean)
    for offset in stride(from: 0, to: next, by: 5) {
      var found: Int64?
      try again.scan(from: offset, to: offset + 1) { view in
        found = view.offset
        return .stop
      }
      #expect(found == offset)
    }
    let rebuilt = Set(written.withLock { $0 })
    #expect(
      rebuilt.isSubset(of: [directory.layout.index(hurt), directory.layout.timeIndex(hurt)]),
      "\(rebuilt)")
    #expect(try bytes(of: directory.layout.index(hurt)) == good)
  }

  @Test func `a client's clock in 2099 rules neither order nor look-up nor what is kept`() throws {
    let future = withUnsafeBytes(of: Int64(4_070_908_800_000).bigEndian) { [UInt8]($0) }
    let header = RecordHeader(name: [UInt8(ascii: "t")], value: future)
    var options = LogOptions(segmentBytes: 1_000, preparesZeros: false)
    options.retainAgeMilliseconds = 60_000
    let log = try directory.open(options, time: time)
    let first = time.wallMilliseconds
    for index in 0..<60 {
      time.pass(milliseconds: 1_000)
      let value = [UInt8]("event \(index) \(index * 7_919)".utf8)
      try log.append([Record(key: nil, value: value, headers: [header])])
    }
    #expect(try log.offset(forTime: first + 10_000) == 9)
    #expect(try log.offset(forTime: 4_070_908_800_000) == log.state.next)
    time.pass(milliseconds: 120_000)
    log.steppedUpkeep(options).run()
    #expect(log.state.start > 0, "old is what the server took long ago")
    #expect(log.state.lastTimestamp < 4_070_908_800_000)
  }

  @Test(arguments: [Durability.commit, .interval(milliseconds: 60_000), .os])
  func `in every mode a torn end is cut at every byte and what came before it stays`(
    durability: Durability
  ) throws {
    let options = LogOptions(durability: durability, preparesZeros: false)
    let log = try directory.open(options, time: time)
    var ends: [Int] = []
    for index in 0..<4 {
      try log.append([Record("a \(index)"), Record("b \(index)")])
      ends.append(try bytes(of: directory.layout.segment(0)).count)
    }
    log.abandon()
    let file = try bytes(of: directory.layout.segment(0))
    for length in ends[2]..<ends[3] {
      let copy = try directory.copy()
      try write(Array(file[..<length]), to: copy.layout.segment(0))
      let again = try copy.open(options, time: time)
      #expect(again.state.health == .ok)
      #expect(again.state.next == 6)
      #expect(again.opening.durability == durability)
      #expect(again.state.epochs.map(\.start) == (durability == .commit ? [0] : [0, 6]))
      #expect(try again.append([Record("after")]) == 6..<7)
      again.close()
      let closed = try copy.open(options, time: time)
      #expect(closed.opening.clean)
      #expect(try closed.all().count == 7)
    }
  }
}
