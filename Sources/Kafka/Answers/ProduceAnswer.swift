import NIOCore

/// Produce v0 to v7: everybody may read, nobody may write.
///
///     ARRAY of topics (STRING name, ARRAY of (INT32 index, INT16 error, INT64 base offset,
///       INT64 append time (v2), INT64 log start (v5))) | INT32 throttle (v1)
extension ProduceRequest {
  func write(_ buffer: inout ByteBuffer, version: Int16) {
    buffer.writeArray(topics) { buffer, topic in
      buffer.writeText(topic.name)
      buffer.writeArray(topic.partitions) { buffer, index in
        buffer.writeInteger(index)
        buffer.write(.topicAuthorizationFailed)
        buffer.writeInteger(Int64(-1))
        if version >= 2 { buffer.writeInteger(Int64(-1)) }
        if version >= 5 { buffer.writeInteger(Int64(-1)) }
      }
    }
    if version >= 1 { buffer.writeNoThrottle() }
  }
}

/// InitProducerId v0, asked by every producer that promises not to write twice.
///
///     request   NULLABLE_STRING transactional ID | INT32 transaction time-out
///     answer    INT32 throttle | INT16 error | INT64 producer ID | INT16 epoch
///
/// Everybody may have the one identity there is, because it lets nobody write: so the refusal comes
/// in the answer to the write, which names the topic. Refused here with a topic's error, librdkafka
/// asks again until its message's time is up; with the cluster's, the whole producer is broken.
enum InitProducerIDAnswer {
  static func write(_ buffer: inout ByteBuffer, isTransactional: Bool) {
    buffer.writeNoThrottle()
    buffer.write(isTransactional ? .transactionalIDAuthorizationFailed : .none)
    buffer.writeInteger(Int64(isTransactional ? -1 : 0))
    buffer.writeInteger(Int16(isTransactional ? -1 : 0))
  }
}
