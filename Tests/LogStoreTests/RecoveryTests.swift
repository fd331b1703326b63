import Testing

@testable import LogStore

/// A crash is told from damage, and costs nothing that was acknowledged.
@Suite struct RecoveryTests {
  /// A log that was left without closing: three batches of which the disk may hold any part.
  private struct Left {
    let directory = TemporaryDirectory()
    let records: [[Record]]
    /// Where each batch ends in the segment.
    let ends: [Int]
    let file: [UInt8]

    init(_ options: LogOptions = .growing) throws {
      records = (0..<3).map { batch in (0..<4).map { Record("batch \(batch) record \($0)") } }
      let log = try directory.open(options)
      var ends: [Int] = []
      for batch in records {
        try log.append(batch)
        ends.append(try bytes(of: directory.layout.segment(0)).count)
      }
      log.abandon()
      self.ends = ends
      file = try bytes(of: directory.layout.segment(0))
      precondition(file.count == ends[2], "without zeros ahead the file ends with the data")
    }

    func with(_ file: [UInt8]) throws -> TemporaryDirectory {
      let copy = try directory.copy()
      try write(file, to: copy.layout.segment(0))
      return copy
    }

    func seen(batches: Int) -> [Seen] { LogStoreTests.seen(Array(records[..<batches].joined())) }
  }

  @Test(arguments: [0, 5_000])
  func `a torn batch is cut at every byte, its predecessors kept`(zeros: Int) throws {
    let left = try Left()
    for length in left.ends[1]..<left.ends[2] {
      let file = left.file[..<length] + [UInt8](repeating: 0, count: zeros)
      // A batch that lacks only its last zeros is whole again with those behind it.
      if file.starts(with: left.file) { continue }
      let directory = try left.with(Array(file))
      let log = try directory.open(.growing)
      #expect(log.state.health == .ok)
      #expect((log.opening.cutBytes > 0) == file[left.ends[1]...].contains { $0 != 0 })
      #expect(log.state.next == 8)
      #expect(try log.all() == left.seen(batches: 2))
      #expect(try log.append([Record("after")]) == 8..<9)
      #expect(log.state.epochs.count == 1)
      log.abandon()
      let again = try directory.open(.growing)
      #expect(again.opening.cutBytes == 0)
      #expect(try again.all() == left.seen(batches: 2) + seen([Record("after")], from: 8))
    }
  }

  @Test func `a last batch with any byte flipped is torn, for nothing valid is behind it`() throws {
    let left = try Left()
    for index in left.ends[1]..<left.ends[2] {
      var file = left.file
      file[index] ^= 0x10
      let log = try left.with(file).open(.growing)
      if index < left.ends[1] + 8 {
        // A whole batch with its checksum right, only with too high an offset, is not torn.
        #expect(log.opening.damage != nil)
        #expect(log.state.next == 8)
        continue
      }
      #expect(log.state.health == .ok)
      #expect(log.opening.cutBytes > 0)
      #expect(log.opening.cutPosition == Int64(left.ends[1]))
      #expect(try log.all() == left.seen(batches: 2))
    }
  }

  @Test func `a batch with any byte flipped before a valid one is damage, and named`() throws {
    let left = try Left()
    let name = "00000000000000000000.log"
    for index in left.ends[0]..<left.ends[1] {
      var file = left.file
      file[index] ^= 0x01
      let directory = try left.with(file)
      let log = try directory.open(.growing)
      let report = try #require(log.opening.damage)
      #expect(report.hasPrefix("\(name) at byte \(left.ends[0]), from offset 4 on: "))
      #expect(log.state.health == .damaged(report))
      #expect(throws: AppendError.readOnly(report)) { try log.append([Record("x")]) }
      #expect(log.state.next == 12)
      #expect(try log.all(to: 4) == left.seen(batches: 1))
      // Over a batch whose length or count is wrong nobody finds the way without an index entry.
      if ![8..<12, 16..<17, 23..<27, 57..<61].contains(where: { $0 ~= index - left.ends[0] }) {
        #expect(try log.all(from: 8) == seen(left.records[2], from: 8))
      }
      let fault = #expect(throws: ReadError.self) {
        try log.scan(from: 0, to: nil) { _ in .advance }
      }
      #expect(fault?.place == [name, "\(left.ends[0])", "4"])
      log.close()
      #expect(try bytes(of: directory.layout.segment(0)) == file, "a damaged file is left alone")
    }
  }

  @Test func `any bit flipped before the recovery point is damage, also at the very end`() throws {
    let directory = TemporaryDirectory()
    let log = try directory.open(.growing)
    try log.append([Record("one")])
    try log.append((0..<5).map { Record("\($0)") })
    log.close()
    let file = try bytes(of: directory.layout.segment(0))
    for bit in 0..<file.count * 8 {
      var flipped = file
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      try write(flipped, to: directory.layout.segment(0))
      let reader = try LogReader.open(directory.path)
      guard case .damaged = reader.state.health else {
        Issue.record("bit \(bit) went unseen")
        continue
      }
    }
    for length in 0..<file.count {
      try write(Array(file[..<length]), to: directory.layout.segment(0))
      guard case .damaged = try LogReader.open(directory.path).state.health else {
        Issue.record("a cut to \(length) bytes went unseen")
        continue
      }
    }
  }

  @Test func `an older copy of a batch where the next belongs is not taken for data`() throws {
    let left = try Left()
    let stale = left.file[..<left.ends[0]]
    let log = try left.with(Array(left.file[..<left.ends[1]] + stale)).open(.growing)
    #expect(log.state.health == .ok)
    #expect(log.opening.cutPosition == Int64(left.ends[1]))
    #expect(try log.all() == left.seen(batches: 2))
  }

  @Test func `batches behind a clean recovery point are damage`() throws {
    let left = try Left()
    let log = try left.directory.open(.growing)
    log.close()
    let more = Array(left.file[..<left.ends[0]])
    let log2 = try left.with(left.file + more).open(.growing)
    guard case .damaged = log2.state.health else {
      Issue.record("unseen")
      return
    }
  }

  @Test func `what is behind the point is written again and the point moved before it is served`()
    throws
  {
    let left = try Left()
    let storage = FaultyStorage()
    let log = try left.directory.open(.growing, storage: storage)
    #expect(log.opening.rewrittenBytes == Int64(left.file.count))
    #expect(storage.operations.contains(.write) && storage.operations.contains(.sync))
    let text = try bytes(of: left.directory.layout.recoveryPoint)
    let point = try RecoveryPoint.parse(text)
    #expect(point.position == Int64(left.file.count) && point.next == 12 && !point.clean)
    log.abandon()
    #expect(try left.directory.open(.growing).opening.rewrittenBytes == 0)
  }

  @Test func `without a recovery point or with a hurt one nothing is guessed`() throws {
    let left = try Left()
    let layout = left.directory.layout
    let point = try bytes(of: layout.recoveryPoint)
    for index in point.indices {
      var hurt = point
      hurt[index] ^= 0x02
      try write(hurt, to: layout.recoveryPoint)
      #expect(throws: OpenError.self) { try left.directory.open() }
    }
    try POSIXStorage().remove(layout.recoveryPoint)
    #expect(throws: OpenError.self) { try left.directory.open() }
    try write(point, to: layout.recoveryPoint)
    #expect(try left.directory.open().all() == left.seen(batches: 3))
  }

  @Test func `a directory of a later format is left alone, and both versions are named`() throws {
    let directory = TemporaryDirectory()
    try directory.open().close()
    try write([UInt8]("{\"version\":2,\"new\":[]}\n".utf8), to: directory.layout.meta)
    #expect(throws: OpenError.otherVersion(file: "meta.json", found: 2, supported: 1)) {
      try directory.open()
    }
  }
}

extension ReadError {
  /// File, position and offset of damage.
  fileprivate var place: [String] {
    guard case .damaged(let file, let position, let offset, _) = self else { return [] }
    return [file, "\(position)", "\(offset)"]
  }
}

extension LogOptions {
  /// Without zeros ahead, so that a file ends where its data ends.
  static var growing: LogOptions { LogOptions(preparesZeros: false) }
}

extension EventLog {
  func all(from offset: Int64 = 0, to end: Int64) throws -> [Seen] {
    var seen: [Seen] = []
    try scan(from: offset, to: end) { view in
      seen.append(Seen(offset: view.offset, record: view.record))
      return .advance
    }
    return seen
  }
}
