/// Fetch v4 to v11: batches from an offset on.
///
///     request   INT32 replica | INT32 wait, ms | INT32 least bytes | INT32 most bytes
///               INT8 isolation | INT32 session, INT32 its epoch (v7)
///               ARRAY of topics (STRING name, ARRAY of (INT32 index, INT32 leader epoch (v9),
///                 INT64 offset, INT64 log start (v5), INT32 most bytes))
///               ARRAY of forgotten topics (STRING name, ARRAY of INT32 index) (v7)
///               STRING rack (v11)
struct FetchRequest: Equatable, Sendable {
  struct Partition: Equatable, Sendable {
    let index: Int32
    /// -1 where the client knows none.
    let leaderEpoch: Int32
    let offset: Int64
    let bytesMost: Int32
  }

  let version: Int16
  let waitMilliseconds: Int32
  let bytesLeast: Int32
  let bytesMost: Int32
  /// A session the client believes to have: none was ever given, so anything but 0 is another's.
  let session: Int32
  let topics: [TopicPartitions<Partition>]

  init(_ reader: inout WireReader, _ version: Int16) throws(WireFault) {
    self.version = version
    _ = try reader.integer(Int32.self)
    waitMilliseconds = try reader.integer()
    bytesLeast = try reader.integer()
    bytesMost = try reader.integer()
    _ = try reader.integer(Int8.self)
    session = version >= 7 ? try reader.integer() : 0
    if version >= 7 { _ = try reader.integer(Int32.self) }
    topics = try reader.array { (reader) throws(WireFault) in
      try TopicPartitions(&reader) { (reader) throws(WireFault) in
        let index = try reader.integer(Int32.self)
        let epoch = version >= 9 ? try reader.integer(Int32.self) : -1
        let offset = try reader.integer(Int64.self)
        if version >= 5 { _ = try reader.integer(Int64.self) }
        return Partition(
          index: index, leaderEpoch: epoch, offset: offset, bytesMost: try reader.integer())
      }
    }
    guard version >= 7 else { return }
    _ = try reader.array { (reader) throws(WireFault) in
      try TopicPartitions(&reader) { (reader) throws(WireFault) in try reader.integer(Int32.self) }
    }
    if version >= 11 { _ = try reader.string() }
  }
}
