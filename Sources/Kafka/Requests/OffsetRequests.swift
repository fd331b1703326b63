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

/// OffsetCommit v0 to v2, which clients of 2015 send: read, so that each partition gets error 35.
///
///     request   STRING group | INT32 generation, STRING member (v1) | INT64 retention (v2)
///               ARRAY of topics (STRING name, ARRAY of (INT32 index, INT64 offset,
///                 INT64 time (v1 only), NULLABLE_STRING metadata))
struct EarlyOffsetCommitRequest: Equatable, Sendable {
  static let versions: ClosedRange<Int16> = 0...2

  let topics: [TopicPartitions<Int32>]

  init(_ reader: inout WireReader, _ version: Int16) throws(WireFault) {
    _ = try reader.string()
    if version >= 1 { _ = try MemberIdentity(&reader, hasInstance: false) }
    if version >= 2 { _ = try reader.integer(Int64.self) }
    topics = try reader.array { (reader) throws(WireFault) in
      try TopicPartitions(&reader) { (reader) throws(WireFault) in
        let index = try reader.integer(Int32.self)
        _ = try reader.integer(Int64.self)
        if version == 1 { _ = try reader.integer(Int64.self) }
        _ = try reader.nullableString()
        return index
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
