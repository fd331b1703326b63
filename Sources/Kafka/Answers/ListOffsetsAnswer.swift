import NIOCore

/// What was found for one partition; offset and time are -1 where there is nothing.
struct FoundOffset: Equatable, Sendable {
  var error = ErrorCode.none
  var time: Int64 = -1
  var offset: Int64 = -1
}

/// ListOffsets v2.
///
///     INT32 throttle | ARRAY of topics (STRING name, ARRAY of (INT32 index, INT16 error,
///       INT64 time, INT64 offset))
extension ListOffsetsRequest {
  func write(_ buffer: inout ByteBuffer, find: (String, Partition) -> FoundOffset) {
    buffer.writeNoThrottle()
    buffer.writeArray(topics) { buffer, topic in
      buffer.writeText(topic.name)
      buffer.writeArray(topic.partitions) { buffer, partition in
        let found = find(topic.name, partition)
        buffer.writeInteger(partition.index)
        buffer.write(found.error)
        buffer.writeInteger(found.time)
        buffer.writeInteger(found.offset)
      }
    }
  }
}
