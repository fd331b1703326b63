/// OffsetCommit v3: how far a group has read.
///
///     request   STRING group | INT32 generation | STRING member | INT64 retention (not heeded)
///               ARRAY of topics (STRING name, ARRAY of (INT32 index, INT64 offset,
///                 NULLABLE_STRING metadata))
struct OffsetCommitRequest: Equatable, Sendable {
  struct Partition: Equatable, Sendable {
    let index: Int32
    let offset: Int64
    let metadata: String
  }

  let group: String
  let identity: MemberIdentity
  let topics: [TopicPartitions<Partition>]

  init(_ reader: inout WireReader) throws(WireFault) {
    group = try reader.string()
    identity = try MemberIdentity(&reader, hasInstance: false)
    _ = try reader.integer(Int64.self)
    topics = try reader.array { (reader) throws(WireFault) in
      try TopicPartitions(&reader) { (reader) throws(WireFault) in
        Partition(
          index: try reader.integer(), offset: try reader.integer(),
          metadata: try reader.nullableString() ?? "")
      }
    }
  }
}

/// OffsetFetch v3: how far it had read.
///
///     request   STRING group | ARRAY of topics (STRING name, ARRAY of INT32 index), null for all
struct OffsetFetchRequest: Equatable, Sendable {
  let group: String
  /// Nil for all there are.
  let topics: [TopicPartitions<Int32>]?

  init(_ reader: inout WireReader) throws(WireFault) {
    group = try reader.string()
    topics = try reader.nullableArray { (reader) throws(WireFault) in
      try TopicPartitions(&reader) { (reader) throws(WireFault) in try reader.integer(Int32.self) }
    }
  }
}
