import Glibc
import Synchronization
import Testing

@testable import LogStore

/// Rewriting and letting go, stopped at every call to the disk.
///
/// Invariants checked: whichever call was the last, the log opens sound with the records it had, no
/// other; every copy of the directory reads the same; what was under way is finished, taken back or
/// done again; nothing is left over.
@Suite struct ShrinkCrashTests {
  private static let options = LogOptions(segmentBytes: 6_000, preparesZeros: false)
  private static var shrinking: LogOptions {
    var options = options
    options.rewritesSealed = true
    return options
  }

  private struct Origin {
    let directory = TemporaryDirectory()
    let records: [Record]

    init() throws {
      var generator = Seeded(31)
      let log = try directory.open(ShrinkCrashTests.options)
      var records: [Record] = []
      while try directory.logFiles.count < 4 {
        let batch = (0..<5).map { _ in Record.typed(&generator) }
        try log.append(batch)
        records += batch
      }
      self.records = records
      log.close()
    }
  }

  /// The calls that a run of upkeep makes, or as many as it is let make.
  private func run(_ directory: TemporaryDirectory, _ options: LogOptions, stopAt last: Int?) throws
    -> Int
  {
    let storage = FaultyStorage()
    let log = try directory.open(Self.options, storage: storage)
    let calls = Counter()
    storage.inject { operation, _ in
      // Reads pass: whoever has stopped does not care.
      guard operation != .read, operation != .list else { return nil }
      return calls.next() < last ?? .max ? nil : EIO
    }
    log.steppedUpkeep(options).run()
    let count = calls.next()
    log.abandon()
    return count
  }

  @Test func `rewriting stopped at any call loses nothing and leaves nothing`() throws {
    let origin = try Origin()
    let total = try run(origin.directory.copy(), Self.shrinking, stopAt: nil)
    #expect(total > 40)
    for last in 0..<total {
      let directory = try origin.directory.copy()
      _ = try run(directory, Self.shrinking, stopAt: last)
      try checkReaders(directory, origin.records, "stopped at call \(last)")
      let log = try directory.open(Self.options)
      #expect(log.state.health == .ok)
      #expect(try log.all() == seen(origin.records), "stopped at call \(last)")
      try checkSettled(directory, "stopped at call \(last)")
      log.steppedUpkeep(Self.shrinking).run()
      #expect(try log.all() == seen(origin.records))
      #expect(try Meta.parse(bytes(of: directory.layout.meta)).segments.allSatisfy(\.isShrunk))
      try log.append([Record("more")])
      log.close()
    }
  }

  @Test func `letting go stopped at any call opens at the old start or the new one`() throws {
    let origin = try Origin()
    var options = Self.options
    options.retainBytes = 3_000
    let total = try run(origin.directory.copy(), options, stopAt: nil)
    #expect(total > 8)
    for last in 0..<total {
      let directory = try origin.directory.copy()
      _ = try run(directory, options, stopAt: last)
      let log = try directory.open(Self.options)
      #expect(log.state.health == .ok)
      let start = log.state.start
      #expect(try log.all(from: start) == Array(seen(origin.records)[Int(start)...]))
      let bases = try directory.logFiles.compactMap(Layout.base(ofFile:))
      #expect(bases.first == start)
      try checkSettled(directory, "stopped at call \(last)")
      log.close()
    }
  }

  @Test func `an opening stopped at any call while it finishes is finished by the next`() throws {
    let origin = try Origin()
    let total = try run(origin.directory.copy(), Self.shrinking, stopAt: nil)
    // Every state a stopped run leaves with two files of the first segment listed.
    var states: Set<[String]> = []
    for last in 0..<total {
      let hurt = try origin.directory.copy()
      _ = try run(hurt, Self.shrinking, stopAt: last)
      let meta = try Meta.parse(bytes(of: hurt.layout.meta))
      if meta.segments[0].isShrunk { break }
      let names = try POSIXStorage().names(in: hurt.layout.segments)
      guard meta.segments[0].rewritten != nil, states.insert(names.sorted()).inserted else {
        continue
      }
      for call in 0..<40 {
        let directory = try hurt.copy()
        let storage = FaultyStorage()
        let calls = Counter()
        storage.inject { operation, _ in
          guard operation != .read, operation != .list else { return nil }
          return calls.next() < call ? nil : EIO
        }
        if let log = try? directory.open(Self.options, storage: storage) { log.abandon() }
        try checkReaders(directory, origin.records, "stopped at \(last), then at \(call)")
        let log = try directory.open(Self.options)
        #expect(log.state.health == .ok)
        #expect(try log.all() == seen(origin.records))
        try checkSettled(directory, "stopped at \(last), then at \(call)")
        log.close()
        if calls.next() < call { break }
      }
    }
  }

  /// A reader without the lock sees all of it, whichever file is there.
  private func checkReaders(_ directory: TemporaryDirectory, _ records: [Record], _ when: String)
    throws
  {
    let reader = try LogReader.open(directory.path)
    #expect(reader.state.health == .ok, "\(when)")
    #expect(try reader.all() == seen(records), "\(when)")
    let audit = try LogAudit.open(directory.path)
    #expect(audit.damage == nil, "\(when)")
    for file in audit.files {
      var walk = try SegmentWalk(path: file.path, limit: file.bytes)
      while case .batch = try walk.next() {}
      if let checksum = file.checksum { #expect(walk.checksum == checksum, "\(when)") }
    }
  }

  private func checkSettled(_ directory: TemporaryDirectory, _ when: String) throws {
    let meta = try Meta.parse(bytes(of: directory.layout.meta))
    #expect(meta.segments.allSatisfy { $0.rewritten == nil }, "\(when)")
    let names = try POSIXStorage().names(in: directory.layout.segments)
    #expect(!names.contains { $0.hasSuffix(".rewritten") || $0.hasSuffix(".new") }, "\(when)")
    for entry in meta.segments {
      let file = try bytes(of: directory.layout.segment(entry.base))
      #expect(file.withUnsafeBytes { crc32c($0) } == entry.checksum, "\(when)")
    }
    let bases = Set(try directory.logFiles.map { $0.dropLast(4) })
    for name in names where name != "next.prepared" {
      #expect(bases.contains(name.prefix(20)), "\(when): \(name)")
    }
  }
}
