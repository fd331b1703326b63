import Testing

@testable import LogStore

/// The promises of the log as its users see them.
@Suite struct LogTests {
  private let directory = TemporaryDirectory()

  @Test func `what was appended is read back, before and after reopening`() throws {
    var generator = Seeded(1)
    let records = (0..<500).map { _ in Record.random(&generator) }
    let log = try directory.open()
    #expect(log.opening.created)
    #expect(try log.append(Array(records[..<3])) == 0..<3)
    #expect(try log.append(Array(records[3...])) == 3..<500)
    #expect(log.state.next == 500)
    #expect(try log.all() == seen(records))
    log.close()
    let again = try directory.open()
    #expect(again.opening.clean)
    #expect(!again.opening.newEpoch)
    #expect(again.state.epochs == log.state.epochs)
    #expect(try again.all() == seen(records))
    #expect(try again.append([Record("more")]) == 500..<501)
    #expect(try again.all(from: 499) == seen([records[499], Record("more")], from: 499))
  }

  @Test func `a log left without closing loses nothing that was acknowledged`() throws {
    let records = (0..<100).map { Record("record \($0)") }
    for round in 0..<5 {
      let log = try directory.open()
      #expect(log.opening.clean == (round == 0))
      #expect(log.opening.cutBytes == 0)
      #expect(try log.all() == seen((0..<round).flatMap { _ in records }))
      try log.append(records)
      log.abandon()
    }
  }

  @Test func `a scan stops where it is told and goes on from there`() throws {
    let log = try directory.open()
    let records = (0..<50).map { Record("\($0)") }
    try log.append(records)
    var first: [Int64] = []
    let next = try log.scan(from: 10, to: 40) { view in
      first.append(view.offset)
      return view.offset == 19 ? .stop : .advance
    }
    #expect(next == 20)
    #expect(first == Array(10..<20))
    var second: [Int64] = []
    #expect(
      try log.scan(from: next, to: 40) { view in
        second.append(view.offset)
        return .advance
      } == 40)
    #expect(second == Array(20..<40))
    #expect(try log.scan(from: 50, to: nil) { _ in .advance } == 50)
  }

  @Test func `an offset outside the log says what the log holds`() throws {
    let log = try directory.open()
    try log.append([Record("a"), Record("b")])
    for offset in [Int64(-1), 3, .max] {
      let expected = ReadError.outOfRange(requested: offset, start: 0, next: 2)
      #expect(throws: expected) { try log.scan(from: offset, to: nil) { _ in .advance } }
      var tail = log.tail(from: offset)
      #expect(throws: expected) { try tail.poll(limit: 1) { _ in } }
    }
  }

  @Test func `headers, null keys and empty values come back as they went in`() throws {
    let log = try directory.open()
    let record = Record(
      key: nil, value: [],
      headers: [.init(name: [UInt8]("t".utf8), value: [UInt8]("1840".utf8))])
    try log.append([record, Record(key: [], value: [0])])
    try log.scan(from: 0, to: nil) { view in
      if view.offset == 0 {
        #expect(view.key == nil)
        #expect(view.header("t").map { [UInt8]($0) } == [UInt8]("1840".utf8))
        #expect(view.header("u") == nil)
        #expect(view.header("") == nil)
      } else {
        #expect(view.key?.count == 0)
        #expect(view.header("t") == nil)
      }
      return .advance
    }
    #expect(try log.all() == seen([record, Record(key: [], value: [0])]))
  }

  @Test func `a second opener is told that the directory is taken`() throws {
    let log = try directory.open()
    #expect(throws: OpenError.locked(path: directory.path)) { try directory.open() }
    log.close()
    try directory.open().close()
  }
}
