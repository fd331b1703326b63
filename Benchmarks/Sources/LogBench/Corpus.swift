import Glibc
import LogStore
import Synchronization

/// A log of the corpus, once as its events came, each in a batch of its own, once rewritten.
enum Corpus {
  /// `lines`: a file of `milliseconds <tab> client's milliseconds or - <tab> event`, in order.
  static func write(_ path: String, lines: String) throws {
    let clock = PlayedTime()
    for (name, rewrites) in [("appended", false), ("rewritten", true)] {
      clock.set(0)
      var options = LogOptions(durability: .os, segmentBytes: 64 << 20)
      options.segmentAgeMilliseconds = 20 * 24 * 3_600_000
      options.rewritesSealed = rewrites
      let target = "\(path)-\(name)"
      let log = try Log.openStepped(
        target, options: options, storage: POSIXStorage(), time: clock,
        random: SystemRandomNumberGenerator())
      var keystrokes = 0
      var events = 0
      try eachLine(of: lines) { time, typed, event in
        clock.set(time)
        let headers = typed.map { typed in
          [RecordHeader(name: [0x74], value: withUnsafeBytes(of: typed.bigEndian) { Array($0) })]
        }
        try log.append([
          Record(key: Array("lobby".utf8), value: event, headers: headers ?? [])
        ])
        events += 1
        if event.starts(with: Array("{\"type\":\"draft.edited\"".utf8)) { keystrokes += 1 }
      }
      try sealLast(log, clock)
      if rewrites { log.steppedUpkeep(options).run() }
      log.close()
      try measure(target, name, events, keystrokes)
    }
  }

  /// The last segment too is to be as the sealed ones: what comes a month later rolls it.
  private static func sealLast(_ log: Log, _ clock: PlayedTime) throws {
    clock.pass(30 * 24 * 3_600_000)
    try log.append([Record(key: nil, value: [])])
  }

  private static func measure(
    _ path: String, _ name: String, _ events: Int, _ keystrokes: Int
  ) throws {
    let segments = try LogReader.open(path).segments
    let bytes = Double(segments.reduce(0) { $0 + $1.bytes })
    report("\(name)_events", Double(events))
    report("\(name)_bytes/keystroke", bytes / Double(keystrokes))
    report("\(name)_bytes/event", bytes / Double(events))
  }

  private static func eachLine(
    of path: String, _ body: (Int64, Int64?, [UInt8]) throws -> Void
  ) throws {
    guard let file = fopen(path, "r") else { fatalError("cannot open \(path)") }
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var room = 0
    defer { free(line) }
    while true {
      let count = getline(&line, &room, file)
      guard count > 1, let line else { return }
      let bytes = UnsafeRawBufferPointer(start: line, count: count - 1)
      let fields = bytes.split(separator: 0x09, maxSplits: 2)
      guard fields.count == 3,
        let time = Int64(String(decoding: fields[0], as: UTF8.self))
      else { fatalError("a line of another form") }
      try body(time, Int64(String(decoding: fields[1], as: UTF8.self)), Array(fields[2]))
    }
  }
}

/// A clock that the corpus moves.
final class PlayedTime: TimeSource {
  private static let start: Int64 = 1_700_000_000_000
  private let passed = Atomic<Int64>(0)

  func set(_ milliseconds: Int64) { passed.store(milliseconds, ordering: .relaxed) }
  func pass(_ milliseconds: Int64) { passed.add(milliseconds, ordering: .relaxed) }

  var wallMilliseconds: Int64 { Self.start + passed.load(ordering: .relaxed) }
  var monotonicNanoseconds: Int64 { passed.load(ordering: .relaxed) * 1_000_000 }
}
