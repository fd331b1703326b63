import Glibc
import Testing

@testable import LogStore

/// A repair keeps every good batch, says what went, and can be repeated.
@Suite struct RepairTests {
  /// A closed log of five small segments.
  struct Filled {
    let directory = TemporaryDirectory(inMemory: true)
    let records: [Record]
    /// The segments' first offsets, and behind them the next.
    let bases: [Int64]

    init(batches: Int = 15) throws {
      let log = try directory.open(.small)
      var generator = Seeded(5)
      var records: [Record] = []
      for _ in 0..<batches {
        let batch = (0..<4).map { _ in Record(key: [1], value: .random(100, &generator)) }
        try log.append(batch)
        records += batch
      }
      log.close()
      self.records = records
      bases = try directory.bases + [log.state.next]
      precondition(bases.count == 6, "five segments of three batches: \(bases)")
    }

    func path(_ segment: Int, in directory: TemporaryDirectory) -> String {
      directory.layout.segment(bases[segment])
    }

    /// What a reader sees once the records of some offsets are gone.
    func seen(without lost: [Range<Int64>], to end: Int64? = nil) -> [Seen] {
      records.enumerated().compactMap { index, record in
        let offset = Int64(index)
        guard offset < end ?? .max else { return nil }
        let isLost = lost.contains { $0.contains(offset) }
        return Seen(offset: offset, record: isLost ? .placeholder : record)
      }
    }
  }

  static func run(_ directory: TemporaryDirectory, storage: any Storage = POSIXStorage())
    throws(RepairError) -> RepairReport
  {
    try Repair.run(directory.path, placeholder: Record.placeholder.value, storage: storage)
  }

  /// One way of hurting a log, and what must be said of it.
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let hurt: @Sendable (Filled, TemporaryDirectory) throws -> Void
    var lost: @Sendable (Filled) -> [Range<Int64>] = { _ in [] }
    var end: @Sendable (Filled) -> Int64? = { _ in nil }
    var mended = 0
    var testDescription: String { name }
  }

  static func change(_ path: String, _ body: (inout [UInt8]) -> Void) throws {
    var file = try bytes(of: path)
    body(&file)
    try write(file, to: path)
  }

  static let cases: [Case] = [
    Case(
      name: "a bit in the middle of a sealed segment",
      hurt: { log, copy in
        try change(log.path(1, in: copy)) { $0[$0.count / 2] ^= 1 }
      }, lost: { [$0.bases[1] + 4..<$0.bases[1] + 8] }),
    Case(
      name: "a batch's base offset, which no checksum covers",
      hurt: { log, copy in
        let size = try bytes(of: log.path(2, in: copy)).count
        try change(log.path(2, in: copy)) { $0[size / 3 + 2] ^= 0x40 }
      }, mended: 1),
    Case(
      name: "the first batch of a sealed segment",
      hurt: { log, copy in try change(log.path(3, in: copy)) { $0[70] ^= 1 } },
      lost: { [$0.bases[3]..<$0.bases[3] + 4] }),
    Case(
      name: "a whole segment of noise",
      hurt: { log, copy in
        try change(log.path(1, in: copy)) { file in for i in file.indices { file[i] = 0xA5 } }
      }, lost: { [$0.bases[1]..<$0.bases[2]] }),
    Case(
      name: "a segment of zeros",
      hurt: { log, copy in
        try change(log.path(1, in: copy)) { file in for i in file.indices { file[i] = 0 } }
      }, lost: { [$0.bases[1]..<$0.bases[2]] }),
    Case(
      name: "a segment missing from the middle",
      hurt: { log, copy in try POSIXStorage().remove(log.path(2, in: copy)) },
      lost: { [$0.bases[2]..<$0.bases[3]] }),
    Case(
      name: "two segments under each other's names",
      hurt: { log, copy in
        let (one, two) = (log.path(1, in: copy), log.path(3, in: copy))
        let (first, second) = (try bytes(of: one), try bytes(of: two))
        try write(second, to: one)
        try write(first, to: two)
      }),
    Case(
      name: "a segment twice, under a name of its own",
      hurt: { log, copy in
        try write(try bytes(of: log.path(1, in: copy)), to: copy.layout.segment(1))
      }),
    Case(
      name: "a segment twice, under the name of the next",
      hurt: { log, copy in
        try write(try bytes(of: log.path(1, in: copy)), to: log.path(2, in: copy))
      }, lost: { [$0.bases[2]..<$0.bases[3]] }),
    Case(
      name: "an older copy of a segment, cut at a batch",
      hurt: { log, copy in
        let size = try bytes(of: log.path(1, in: copy)).count
        try change(log.path(1, in: copy)) { $0.removeLast(size - size / 3) }
      }, lost: { [$0.bases[1] + 4..<$0.bases[2]] }),
    Case(
      name: "a stale batch behind a sealed segment",
      hurt: { log, copy in
        let other = try bytes(of: log.path(0, in: copy))
        try change(log.path(1, in: copy)) { $0 += other }
      }),
    Case(
      name: "the end of the last segment",
      hurt: { log, copy in
        let size = try bytes(of: log.path(4, in: copy)).count
        try change(log.path(4, in: copy)) { $0[size - 1] ^= 1 }
      }, lost: { [$0.bases[5] - 4..<$0.bases[5]] }, end: { $0.bases[5] - 4 }),
    Case(
      name: "the last segment missing",
      hurt: { log, copy in try POSIXStorage().remove(log.path(4, in: copy)) },
      lost: { [$0.bases[4]..<$0.bases[5]] }, end: { $0.bases[4] }),
    Case(
      name: "meta.json of noise",
      hurt: { _, copy in try write([1, 2, 3], to: copy.layout.meta) }),
    Case(
      name: "no recovery point",
      hurt: { _, copy in try POSIXStorage().remove(copy.layout.recoveryPoint) }),
  ]

  @Test(arguments: cases)
  func `what is hurt is mended, the rest kept, and the files as they were put aside`(hurt: Case)
    throws
  {
    let log = try Filled()
    let copy = try log.directory.copy()
    let epochs = try copy.open(.small).state.epochs
    try hurt.hurt(log, copy)
    let before = try copy.contents()
    let report = try Self.run(copy)
    let after = try copy.contents()
    #expect(!report.isSound)
    #expect(report.lost == hurt.lost(log))
    #expect(report.mended.count == hurt.mended)
    let expected = log.seen(without: hurt.lost(log), to: hurt.end(log))
    let opened = try copy.open(.small)
    #expect(opened.state.health == .ok && opened.opening.clean)
    #expect(try opened.all() == expected)
    let mayBegin = !report.lost.isEmpty || hurt.name.hasPrefix("meta")
    #expect((opened.state.epoch != epochs.last) == mayBegin)
    #expect(report.newEpoch?.id == (mayBegin ? opened.state.epoch.id : nil))
    let next = Int64(expected.count)
    #expect(try opened.append([Record("goes on")]) == next..<next + 1)
    opened.close()
    // Whatever is not as it was is there as it was.
    let aside = try copy.asideContents()
    for (name, bytes) in before where !bytes.isEmpty && after[name] != bytes {
      let isAside = aside.contains(bytes)
      #expect(isAside, "\(name) is gone")
    }
    #expect(try Self.run(copy).isSound)
    #expect(try copy.asideContents().count == aside.count)
  }

  @Test func `a sound log is left alone, also after a crash`() throws {
    let log = try Filled()
    let before = try log.directory.contents()
    #expect(try Self.run(log.directory).isSound)
    #expect(try log.directory.contents() == before)
    let again = try log.directory.open()
    try again.append([Record("x")])
    again.abandon()
    #expect(try Self.run(log.directory).isSound)
    #expect(try log.directory.open().state.next == log.bases[5] + 1)
  }

  @Test func `a directory in use, or without a log, is refused`() throws {
    let directory = TemporaryDirectory()
    #expect(throws: RepairError.missing(path: directory.path)) { try Self.run(directory) }
    #expect(try POSIXStorage().names(in: directory.path).isEmpty)
    let log = try directory.open()
    #expect(throws: RepairError.locked(path: directory.path)) { try Self.run(directory) }
    log.close()
  }

  @Test func `an unreadable file is no damaged one`() throws {
    let log = try Filled()
    try Self.change(log.path(1, in: log.directory)) { $0[80] ^= 1 }
    let before = try log.directory.contents()
    let storage = FaultyStorage()
    let name = log.path(3, in: log.directory)
    storage.inject { operation, path in operation == .read && path == name ? EIO : nil }
    #expect(throws: RepairError.disk(StorageError(.read, name, errno: EIO))) {
      try Self.run(log.directory, storage: storage)
    }
    #expect(try log.directory.contents() == before)
  }

  @Test(arguments: [ENOSPC, EIO])
  func `a repair cut short at any call is finished by the next, with the same outcome`(
    code: Int32
  ) throws {
    let log = try Filled()
    let hurt = try log.directory.copy()
    try Self.change(log.path(1, in: hurt)) { $0[$0.count / 2] ^= 1 }
    let (one, two) = (log.path(2, in: hurt), log.path(3, in: hurt))
    let (first, second) = (try bytes(of: one), try bytes(of: two))
    try write(second, to: one)
    try write(first, to: two)
    let expected = log.seen(without: [log.bases[1] + 4..<log.bases[1] + 8])
    var failing = 0
    var wasCut = true
    while wasCut {
      wasCut = false
      let copy = try hurt.copy()
      let storage = FaultyStorage()
      let counter = Counter()
      let at = failing
      storage.inject { operation, _ in
        guard [.open, .write, .sync, .rename, .remove].contains(operation) else { return nil }
        return counter.next() >= at ? code : nil
      }
      do { _ = try Self.run(copy, storage: storage) } catch { wasCut = true }
      // Once it has begun to put things in place nobody else may write.
      let isBegun = try !bytes(of: copy.layout.recoveryPointRepaired).isEmpty
      if let between = try? copy.open(.small) {
        #expect(!isBegun || between.opening.damage != nil)
        between.close()
      }
      _ = try Self.run(copy)
      let opened = try copy.open(.small)
      #expect(opened.state.health == .ok, "cut at call \(failing)")
      #expect(try opened.all() == expected, "cut at call \(failing)")
      #expect(opened.state.epochs.count == 2, "cut at call \(failing)")
      opened.close()
      failing += 1
    }
    #expect(failing > 10)
  }
}

extension Record {
  static let placeholder = Record(key: nil, value: [UInt8]("gone".utf8))
}

extension LogOptions {
  /// Three batches of four random records a segment.
  static var small: LogOptions { LogOptions(segmentBytes: 1_600, preparesZeros: false) }
}

extension [UInt8] {
  static func random(_ count: Int, _ generator: inout Seeded) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }
}

extension TemporaryDirectory {
  var bases: [Int64] {
    get throws {
      try POSIXStorage().names(in: layout.segments).compactMap(Layout.base(ofFile:)).sorted()
    }
  }

  /// The log's own files, without indexes and what is aside.
  func contents() throws -> [String: [UInt8]] {
    var contents: [String: [UInt8]] = [:]
    for base in try bases { contents[Layout.name(base)] = try bytes(of: layout.segment(base)) }
    contents["meta"] = try bytes(of: layout.meta)
    contents["point"] = try bytes(of: layout.recoveryPoint)
    return contents
  }

  /// Every file under `damaged-…`.
  func asideContents() throws -> [[UInt8]] {
    let storage = POSIXStorage()
    var contents: [[UInt8]] = []
    for name in try storage.names(in: layout.log) where name.hasPrefix("damaged-") {
      for file in try storage.names(in: "\(layout.log)/\(name)") {
        contents.append(try bytes(of: "\(layout.log)/\(name)/\(file)"))
      }
    }
    return contents
  }
}
