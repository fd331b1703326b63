import Glibc
import Synchronization

@testable import LogStore

/// A directory of a test's own, removed with it.
final class TemporaryDirectory: Sendable {
  let path: String

  private let isInMemory: Bool

  /// - Parameter inMemory: where a sync costs nothing, for tests that open thousands of logs.
  init(inMemory: Bool = false) {
    isInMemory = inMemory
    let place = inMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    var template = Array("\(place)/logstore-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { fatalError("no temporary directory") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.remove(path) }

  private static func remove(_ path: String) {
    if let names = try? POSIXStorage().names(in: path) {
      for name in names { remove("\(path)/\(name)") }
      rmdir(path)
    } else {
      unlink(path)
    }
  }

  /// A copy beside it, to hurt.
  func copy() throws -> TemporaryDirectory {
    let copy = TemporaryDirectory(inMemory: isInMemory)
    try Self.copy(path, to: copy.path)
    return copy
  }

  private static func copy(_ from: String, to: String) throws {
    let storage = POSIXStorage()
    for name in try storage.names(in: from) {
      if (try? storage.names(in: "\(from)/\(name)")) != nil {
        _ = try storage.makeDirectory("\(to)/\(name)")
        try copy("\(from)/\(name)", to: "\(to)/\(name)")
      } else {
        try write(bytes(of: "\(from)/\(name)"), to: "\(to)/\(name)")
      }
    }
  }
}

func bytes(of path: String) throws -> [UInt8] {
  try POSIXStorage().contents(path, limit: 1 << 30) ?? []
}

func write(_ bytes: [UInt8], to path: String) throws {
  let file = try POSIXStorage().open(path, .create)
  try bytes.withUnsafeBytes { try file.write($0, at: 0) }
}

/// A clock that moves only when told to.
final class FakeTime: TimeSource {
  private let now: Mutex<(wall: Int64, nanoseconds: Int64)>

  init(wall: Int64 = 1_700_000_000_000) { now = Mutex((wall, 1_000_000_000)) }

  var wallMilliseconds: Int64 { now.withLock { $0.wall } }
  var monotonicNanoseconds: Int64 { now.withLock { $0.nanoseconds } }

  /// Time passes on both clocks.
  func pass(milliseconds: Int64) {
    now.withLock {
      $0.wall += milliseconds
      $0.nanoseconds += milliseconds * 1_000_000
    }
  }

  /// Somebody sets the wall clock.
  func step(milliseconds: Int64) { now.withLock { $0.wall += milliseconds } }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension Record {
  init(_ text: String, key: String? = "lobby") {
    self.init(key: key.map { [UInt8]($0.utf8) }, value: [UInt8](text.utf8))
  }

  /// Anything a writer may hand in, with its edges more often than chance would have them.
  static func random(_ generator: inout Seeded) -> Record {
    let key: [UInt8]? = Bool.random(using: &generator) ? bytes(0...20, &generator) : nil
    let limit = Int.random(in: 0..<20, using: &generator) == 0 ? 3_000 : 90
    let headers = (0..<max(0, Int.random(in: -3...3, using: &generator))).map { _ in
      RecordHeader(name: bytes(1...3, &generator), value: bytes(0...9, &generator))
    }
    return Record(key: key, value: bytes(0...limit, &generator), headers: headers)
  }

  private static func bytes(_ counts: ClosedRange<Int>, _ generator: inout Seeded) -> [UInt8] {
    let repeated = Bool.random(using: &generator)
    return (0..<Int.random(in: counts, using: &generator)).map { _ in
      repeated ? 0x61 : UInt8.random(in: 0...255, using: &generator)
    }
  }
}

/// What a reader saw, to be compared.
struct Seen: Equatable {
  let offset: Int64
  let record: Record
}

extension EventLog {
  func all(from offset: Int64 = 0) throws -> [Seen] {
    var seen: [Seen] = []
    try scan(from: offset, to: nil) { view in
      seen.append(Seen(offset: view.offset, record: view.record))
      return .advance
    }
    return seen
  }
}

extension LogReader {
  func all(from offset: Int64 = 0) throws -> [Seen] {
    var seen: [Seen] = []
    try scan(from: offset, to: nil) { view in
      seen.append(Seen(offset: view.offset, record: view.record))
      return .advance
    }
    return seen
  }
}

/// Records as they are seen from an offset on.
func seen(_ records: [Record], from offset: Int64 = 0) -> [Seen] {
  records.enumerated().map { Seen(offset: offset + Int64($0.offset), record: $0.element) }
}

extension TemporaryDirectory {
  var layout: Layout { Layout(data: path) }

  func open(
    _ options: LogOptions = .init(), time: any TimeSource = SystemTime(),
    storage: any Storage = POSIXStorage()
  ) throws -> Log {
    try Log.open(path, options: options, storage: storage, time: time)
  }
}
