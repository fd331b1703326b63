import Chat
import LogStore

/// A data directory written by the real log, in many small batches and several segments.
struct WrittenLog {
  let directory = TemporaryDirectory()
  let time = SteadyTime()
  var data: String { "\(directory.path)/run" }
  /// The time of each record, as it was set.
  private(set) var times: [Int64] = []
  private(set) var records: [Record] = []

  static let segmentBytes: Int64 = 12_000

  /// What a stop in the middle may cost; tests that do not stop are faster without syncs.
  let durability: Durability

  /// Writes and closes.
  init(_ scene: Scene, seed: UInt64 = 1, durability: Durability = .os) throws {
    self.durability = durability
    try append(scene.lines.map(\.record), seed: seed)
  }

  /// The same of records that no scene would make.
  init(records: [Record], seed: UInt64 = 1) throws {
    durability = .os
    try append(records, seed: seed)
  }

  func open() throws -> Log {
    let options = LogOptions(durability: durability, segmentBytes: Self.segmentBytes)
    return try Log.open(data, options: options, time: time)
  }

  /// Opens, appends in batches of 1 to 7 records, and closes.
  mutating func append(_ more: [Record], seed: UInt64 = 1) throws {
    let log = try open()
    var random = Seeded(seed)
    var rest = more[...]
    while !rest.isEmpty {
      let batch = Array(rest.prefix(Int.random(in: 1...7, using: &random)))
      rest = rest.dropFirst(batch.count)
      time.advance(Int64.random(in: 0...400, using: &random))
      try log.append(batch)
      times += batch.map { _ in time.wallMilliseconds }
    }
    records += more
    log.close()
  }

  mutating func append(_ events: [Event], in room: RoomName) throws {
    try append(events.map { Record(key: room.key, value: $0.canonicalJSON) })
  }

  /// Paths of the segment files, in order.
  func segments() throws -> [String] {
    let directory = "\(data)/log/chat-0"
    return try POSIXStorage().names(in: directory).filter { $0.hasSuffix(".log") }.sorted()
      .map { "\(directory)/\($0)" }
  }
}
