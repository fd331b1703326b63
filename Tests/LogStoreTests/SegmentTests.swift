import Testing

@testable import LogStore

/// Rolling, sealing and the files beside the batches.
@Suite struct SegmentTests {
  private let directory = TemporaryDirectory()
  private let small = LogOptions(segmentBytes: 6_000)

  /// Appends batches that do not compress, until there are so many segments.
  private func fill(_ log: Log, segments: Int, seed: UInt64 = 5) throws -> [Record] {
    var generator = Seeded(seed)
    var records: [Record] = []
    while try directory.logFiles.count < segments {
      let batch = (0..<3).map { _ in
        Record(key: nil, value: (0..<400).map { _ in .random(in: 0...255, using: &generator) })
      }
      try log.append(batch)
      records += batch
    }
    return records
  }

  @Test func `a log rolls by size, and reads the same before and after reopening`() throws {
    let log = try directory.open(small)
    let records = try fill(log, segments: 5)
    #expect(try log.all() == seen(records))
    let epochs = log.state.epochs
    log.close()
    for name in try directory.logFiles {
      #expect(try bytes(of: "\(directory.layout.segments)/\(name)").count <= 6_000)
    }
    let meta = try Meta.parse(bytes(of: directory.layout.meta))
    #expect(meta.segments.count == 4)
    for entry in meta.segments {
      let file = try bytes(of: directory.layout.segment(entry.base))
      #expect(Int64(file.count) == entry.bytes)
      #expect(file.withUnsafeBytes { crc32c($0) } == entry.checksum)
    }
    let again = try directory.open(small)
    #expect(again.state.epochs == epochs)
    #expect(try again.all() == seen(records))
    for offset in stride(from: Int64(0), to: again.state.next, by: 7) {
      #expect(try again.all(from: offset).first?.offset == offset)
    }
  }

  @Test func `a log rolls by age at the next append, and never an empty segment`() throws {
    let time = FakeTime()
    let options = LogOptions(segmentAgeMilliseconds: 1_000)
    let log = try directory.open(options, time: time)
    time.pass(milliseconds: 5_000)
    try log.append([Record("a")])
    time.pass(milliseconds: 999)
    try log.append([Record("b")])
    #expect(try directory.logFiles.count == 1)
    time.pass(milliseconds: 1)
    try log.append([Record("c")])
    #expect(try directory.logFiles == ["00000000000000000000.log", "00000000000000000002.log"])
    log.close()
    time.pass(milliseconds: 5_000)
    let again = try directory.open(options, time: time)
    again.close()
    let third = try directory.open(options, time: time)
    try third.append([Record("d")])
    #expect(try directory.logFiles.count == 3)
    #expect(try third.all() == seen(["a", "b", "c", "d"].map { Record($0) }))
  }

  @Test func `a roll cut short at any step is finished by the next opening`() throws {
    let log = try directory.open(small)
    let records = try fill(log, segments: 3)
    log.abandon()
    let layout = directory.layout
    let before = try directory.copy()
    // Only the rename is on the disk: neither did the point move nor was the old one entered.
    var meta = try Meta.parse(bytes(of: layout.meta))
    let last = try #require(meta.segments.last)
    meta.segments.removeLast()
    try write(meta.bytes, to: layout.meta)
    let old = try bytes(of: layout.segment(last.base))
    let base = try #require(try directory.logFiles.last.flatMap(Layout.base(ofFile:)))
    try write([], to: layout.segment(base))
    let point = RecoveryPoint(
      segment: last.base, next: last.next, position: last.bytes, checksum: lastChecksum(old),
      durability: .commit, clean: false)
    try write(point.bytes, to: layout.recoveryPoint)
    try write([1, 2, 3], to: layout.prepared)
    let again = try directory.open(small)
    #expect(again.opening.enteredSegments == [Layout.name(last.base) + ".log"])
    #expect(try again.all() == seen(Array(records[..<Int(last.next)])))
    #expect(try again.append([Record("next")]) == last.next..<last.next + 1)
    #expect(try Meta.parse(bytes(of: layout.meta)).segments.last == last)
    #expect(try !POSIXStorage().names(in: layout.segments).contains("next.prepared"))
    #expect(try before.open(small).all() == seen(records))
  }

  /// The stored checksum of the last batch of a file.
  private func lastChecksum(_ file: [UInt8]) -> UInt32 {
    file.withUnsafeBytes { file in
      var position = 0
      while let start = file.baseAddress {
        let header = BatchHeader(start + position)
        position += header.totalBytes
        if position == file.count { return header.checksum }
      }
      return 0
    }
  }

  @Test func `missing, short, long, swapped and overlapping segments are damage`() throws {
    let log = try directory.open(small)
    _ = try fill(log, segments: 4)
    log.close()
    let names = try directory.logFiles
    let first = try bytes(of: "\(directory.layout.segments)/\(names[0])")
    let second = try bytes(of: "\(directory.layout.segments)/\(names[1])")
    let hurts: [(String, (String) throws -> Void)] = [
      ("first missing", { try POSIXStorage().remove("\($0)/\(names[0])") }),
      ("second missing", { try POSIXStorage().remove("\($0)/\(names[1])") }),
      ("last missing", { try POSIXStorage().remove("\($0)/\(names[3])") }),
      ("short", { try write(Array(second.dropLast()), to: "\($0)/\(names[1])") }),
      ("long", { try write(second + [0], to: "\($0)/\(names[1])") }),
      ("twice", { try write(first, to: "\($0)/00000000000000000001.log") }),
      ("none", { path in for name in names { try POSIXStorage().remove("\(path)/\(name)") } }),
    ]
    for (what, hurt) in hurts {
      let copy = try directory.copy()
      try hurt(copy.layout.segments)
      let hurtLog = try copy.open(small)
      guard case .damaged = hurtLog.state.health else {
        Issue.record("\(what): unseen")
        continue
      }
      #expect(throws: AppendError.self) { try hurtLog.append([Record("x")]) }
    }
    // A file of the right size and another's bytes is met by whoever reads it.
    let copy = try directory.copy()
    var flipped = second
    flipped[second.count / 2] ^= 1
    try write(flipped, to: "\(copy.layout.segments)/\(names[1])")
    let opened = try copy.open(small)
    #expect(opened.state.health == .ok)
    #expect(throws: ReadError.self) { try opened.all() }
    let third = try #require(Layout.base(ofFile: names[2]))
    #expect(try opened.all(from: third).count == Int(opened.state.next - third))
  }

  @Test func `indexes are as Kafka writes them, and the same however they came to be`() throws {
    let time = FakeTime()
    let options = LogOptions(segmentBytes: 40_000)
    let log = try directory.open(options, time: time)
    var generator = Seeded(9)
    while try directory.logFiles.count < 3 {
      time.pass(milliseconds: 3)
      try log.append(
        (0..<Int.random(in: 1...9, using: &generator)).map { _ in Record.random(&generator) })
    }
    let records = try log.all()
    log.close()
    for name in try directory.logFiles {
      let base = try #require(Layout.base(ofFile: name))
      let expected = try kafkaIndexes(bytes(of: directory.layout.segment(base)), base: base)
      #expect(try bytes(of: directory.layout.index(base)) == expected.offsets)
      #expect(try bytes(of: directory.layout.timeIndex(base)) == expected.times)
    }
    try checkRebuilt(records, options, time)
  }

  @Test func `restarts in the middle of a segment leave no trace in its indexes`() throws {
    let options = LogOptions(segmentBytes: 60_000)
    var generator = Seeded(13)
    repeat {
      let log = try directory.open(options)
      for _ in 0..<7 {
        try log.append((0..<20).map { _ in Record.random(&generator) })
      }
      if Bool.random(using: &generator) { log.close() } else { log.abandon() }
    } while try directory.logFiles.count < 2
    let expected = try kafkaIndexes(bytes(of: directory.layout.segment(0)), base: 0)
    #expect(try bytes(of: directory.layout.index(0)) == expected.offsets)
    #expect(try bytes(of: directory.layout.timeIndex(0)) == expected.times)
  }

  /// Hurts each index in turn: a look-up makes it as it was, and nothing is read wrong meanwhile.
  private func checkRebuilt(_ records: [Seen], _ options: LogOptions, _ time: FakeTime) throws {
    let layout = directory.layout
    let good = try bytes(of: layout.index(0))
    var backdated = good
    backdated.replaceSubrange(4..<8, with: [0, 0, 0, 1])
    var beyond = good
    beyond.replaceSubrange(beyond.count - 4..<beyond.count, with: [0x7F, 0xFF, 0xFF, 0xFF])
    for hurt in [
      nil, [], [1, 2, 3], [UInt8](repeating: 0xFF, count: good.count), backdated, beyond,
    ] {
      if let hurt {
        try write(hurt, to: layout.index(0))
      } else {
        try POSIXStorage().remove(layout.index(0))
      }
      let log = try directory.open(options, time: time)
      for offset in stride(from: 0, to: records.count, by: 11) {
        #expect(try log.all(from: Int64(offset), to: Int64(offset) + 1) == [records[offset]])
      }
      log.close()
      if hurt != [] { #expect(try bytes(of: layout.index(0)) == good) }
    }
  }

  /// As the rule is written down: an entry for a batch when more than 4,096 bytes came since.
  private func kafkaIndexes(_ file: [UInt8], base: Int64) -> (offsets: [UInt8], times: [UInt8]) {
    var (offsets, times): ([UInt8], [UInt8]) = ([], [])
    var (position, since) = (0, 0)
    var (largest, largestAt, entered) = (Int64(-1), Int64(0), Int64(-1))
    func bigEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
      withUnsafeBytes(of: value.bigEndian) { [UInt8]($0) }
    }
    func enterTime() {
      guard largest > entered else { return }
      times += bigEndian(largest) + bigEndian(Int32(largestAt))
      entered = largest
    }
    while position < file.count {
      let header = file[position...].withUnsafeBytes { $0.baseAddress.map { BatchHeader($0) } }
      guard let header else { break }
      if header.maxTimestamp > largest {
        (largest, largestAt) = (header.maxTimestamp, header.last - base)
      }
      if since > 4_096 {
        offsets += bigEndian(Int32(header.last - base)) + bigEndian(Int32(position))
        enterTime()
        since = 0
      }
      since += header.totalBytes
      position += header.totalBytes
    }
    enterTime()
    return (offsets, times)
  }
}

extension TemporaryDirectory {
  /// Segment files, in order.
  var logFiles: [String] {
    get throws {
      try POSIXStorage().names(in: layout.segments).filter { $0.hasSuffix(".log") }.sorted()
    }
  }
}
