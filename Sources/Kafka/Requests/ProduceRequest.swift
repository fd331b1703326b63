/// Produce v0 to v7: understood only to be refused in words that a client can tell its user.
///
///     request   NULLABLE_STRING transactional ID (v3) | INT16 acks | INT32 timeout
///               ARRAY of topics (STRING name, ARRAY of (INT32 index, NULLABLE_BYTES batches))
struct ProduceRequest: Equatable {
  let topics: [TopicPartitions<Int32>]
  /// 0: the client waits for no answer, and must not get one.
  let acks: Int16

  init(_ reader: inout WireReader, _ version: Int16) throws(WireFault) {
    if version >= 3 { _ = try reader.nullableString() }
    acks = try reader.integer()
    _ = try reader.integer(Int32.self)
    topics = try reader.array { (reader) throws(WireFault) in
      try TopicPartitions(&reader) { (reader) throws(WireFault) in
        let index = try reader.integer(Int32.self)
        _ = try reader.nullableBytes()
        return index
      }
    }
  }
}
