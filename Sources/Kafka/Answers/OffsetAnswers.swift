import NIOCore

/// OffsetCommit v3.
///
///     INT32 throttle | ARRAY of topics (STRING name, ARRAY of (INT32 index, INT16 error))
extension OffsetCommitRequest {
  func write(_ buffer: inout ByteBuffer, error: (String, Partition) -> ErrorCode) {
    buffer.writeNoThrottle()
    buffer.writeArray(topics) { buffer, topic in
      buffer.writeText(topic.name)
      buffer.writeArray(topic.partitions) { buffer, partition in
        buffer.writeInteger(partition.index)
        buffer.write(error(topic.name, partition))
      }
    }
  }
}

/// OffsetFetch v3; offset -1 where none was committed.
///
///     INT32 throttle | ARRAY of topics (STRING name, ARRAY of (INT32 index, INT64 offset,
///       NULLABLE_STRING metadata, INT16 error)) | INT16 error
extension OffsetFetchRequest {
  func write(_ buffer: inout ByteBuffer, committed: CommittedOffset?) {
    buffer.writeNoThrottle()
    let all = committed == nil ? [] : [(LogTopic.name, [LogTopic.partition])]
    buffer.writeArray(topics?.map { ($0.name, $0.partitions) } ?? all) { buffer, topic in
      buffer.writeText(topic.0)
      buffer.writeArray(topic.1) { buffer, index in
        let isHere = LogTopic.check(topic.0, index) == .none
        buffer.writeInteger(index)
        buffer.writeInteger(isHere ? committed?.offset ?? -1 : -1)
        buffer.writeNullableText(isHere ? committed?.metadata ?? "" : "")
        buffer.write(.none)
      }
    }
    buffer.write(.none)
  }
}
