/// A whole data directory: what is found is surveyed, read, opened for writing, and appended to.
///
///     input: pieces of  file (1 byte) · length (2, little-endian) · as many bytes
///     file:  bit 7 = checksums are mended; the rest chooses among `names`
///
/// Holds: a scan gives consecutive offsets from the start and, without an error, all of them; a log
/// that opens for writing keeps every record a reader saw, takes one more and opens again with it.
enum FuzzedDirectory {
  private static let names: [String] = [
    "log/meta.json", "log/recovery-point",
    "log/chat-0/00000000000000000000.log", "log/chat-0/00000000000000000000.index",
    "log/chat-0/00000000000000000000.timeindex", "log/chat-0/00000000000000000000.rooms",
    "log/chat-0/00000000000000000000.log.rewritten", "log/chat-0/00000000000000000006.log",
    "log/chat-0/00000000000000000006.index", "log/chat-0/00000000000000000006.timeindex",
  ]

  static func run(_ input: [UInt8]) {
    let storage = MemoryStorage()
    var rest = input[...]
    while rest.count >= 3 {
      let chosen = rest.removeFirst()
      let low = rest.removeFirst()
      let count = min(rest.count, Int(low) | Int(rest.removeFirst()) << 8)
      var bytes = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
      let name = names[Int(chosen & 0x7F) % names.count]
      if chosen & 0x80 != 0 { mend(&bytes, name) }
      storage.put("d/" + name, bytes)
    }
    read(storage)
    write(storage)
  }

  private static func mend(_ bytes: inout [UInt8], _ name: String) {
    if name.hasSuffix(".log") || name.hasSuffix(".rewritten") {
      var position: Int? = 0
      while let at = position, at < bytes.count,
        bytes[at...].prefix(12).contains(where: { $0 != 0 })
      {
        position = FuzzedBatch.mend(&bytes, at: at)
      }
    } else if name.hasSuffix(".rooms") {
      FuzzedRooms.mend(&bytes)
    } else if !name.hasSuffix("index") {
      FuzzedText.mend(&bytes)
    }
  }

  private static func read(_ storage: MemoryStorage) {
    guard let reader = try? LogReader.open("d", storage: storage) else { return }
    let state = reader.state
    var expected = state.start
    do {
      let next = try reader.scan(from: state.start, to: nil) { view in
        require(view.offset == expected, "a scan gives offsets one by one")
        expected += 1
        return .advance
      }
      require(next == state.next && expected == next, "a scan ends at the end")
    } catch {}
    for key in ["lobby", "den"] {
      _ = try? reader.scan(from: state.start, to: nil, key: Array(key.utf8)) { _ in .advance }
    }
    for time in [0, 1_700_000_000_000, 1_700_000_000_003, Int64.max] {
      _ = try? reader.offset(forTime: time)
    }
    if state.next > state.start {
      _ = try? reader.scan(from: state.next - 1, to: nil) { _ in .stop }
    }
    _ = reader.segments
  }

  private static func write(_ storage: MemoryStorage) {
    var options = LogOptions(segmentBytes: 4_096, acceptClock: true)
    options.rewritesSealed = true
    guard let log = open(storage, options) else { return }
    let before = log.state
    let seen = (try? count(log)) ?? -1
    guard let range = try? log.append([Record(key: [0x61], value: [0x62])]) else {
      return log.close()
    }
    require(range.lowerBound == before.next, "an append goes to the end")
    log.steppedUpkeep(options).run()
    if seen >= 0 { requireCount(log, seen + 1, "upkeep keeps every record") }
    log.close()
    if seen >= 0 {
      guard let again = open(storage, options) else { fatalError("a closed log opens again") }
      require(again.state.next == range.upperBound, "a closed log has all that was appended")
      requireCount(again, seen + 1, "a closed log is read to its end")
      again.close()
    }
  }

  private static func requireCount(_ log: Log, _ expected: Int, _ what: String) {
    do {
      let found = try count(log)
      require(found == expected, "\(what): \(found) records, not \(expected)")
    } catch { fatalError("\(what): \(error)") }
  }

  private static func open(_ storage: MemoryStorage, _ options: LogOptions) -> Log? {
    try? Log.openStepped(
      "d", options: options, storage: storage, time: FixedTime(), random: FixedRandom())
  }

  private static func count(_ log: Log) throws -> Int {
    var count = 0
    try log.scan(from: log.state.start, to: nil) { _ in
      count += 1
      return .advance
    }
    return count
  }
}

/// A moment that does not pass.
struct FixedTime: TimeSource {
  var wallMilliseconds: Int64 { 1_700_000_100_000 }
  var monotonicNanoseconds: Int64 { 1_000_000_000 }
}

/// The same numbers in every run.
struct FixedRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64 = 1
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state
  }
}
