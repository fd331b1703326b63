/// ListOffsets v2: offsets by time.
///
///     request   INT32 replica | INT8 isolation
///               ARRAY of topics (STRING name, ARRAY of (INT32 index, INT64 time))
struct ListOffsetsRequest: Equatable, Sendable {
  /// In place of a time: the offset behind the last record.
  static let latest: Int64 = -1
  /// In place of a time: the first offset there is.
  static let earliest: Int64 = -2

  /// Look-ups of one request: each may read the disk.
  static let lookupsMost = 1_000

  struct Partition: Equatable, Sendable {
    let index: Int32
    /// Milliseconds since 1970, or one of the two above.
    let time: Int64
  }

  let topics: [TopicPartitions<Partition>]

  init(_ reader: inout WireReader) throws(WireFault) {
    _ = try reader.integer(Int32.self)
    _ = try reader.integer(Int8.self)
    topics = try reader.array { (reader) throws(WireFault) in
      try TopicPartitions(&reader) { (reader) throws(WireFault) in
        Partition(index: try reader.integer(), time: try reader.integer())
      }
    }
    let lookups = topics.reduce(0) { $0 + $1.partitions.count }
    guard lookups <= Self.lookupsMost else {
      throw WireFault("\(lookups) look-ups in one request, of at most \(Self.lookupsMost)")
    }
  }
}
