import NIOCore

/// Error 35 in the layout of version 0, to a request of a version that is not known here.
///
/// Only where that layout has an error of its own, not one for each topic that was asked about:
/// nobody can read which those are. The others' connections are closed, as Kafka's brokers do.
enum UnsupportedAnswer {
  /// Writes it; `false`: there is none.
  static func write(_ buffer: inout ByteBuffer, to key: APIKey) -> Bool {
    let error = ErrorCode.unsupportedVersion
    switch key {
    case .apiVersions, .produce, .fetch, .listOffsets, .metadata, .offsetCommit, .offsetFetch,
      .describeGroups:
      return false
    case .findCoordinator:
      buffer.write(error)
      buffer.writeInteger(Int32(-1))
      buffer.writeText("")
      buffer.writeInteger(Int32(-1))
    case .joinGroup:
      buffer.write(error)
      buffer.writeInteger(Int32(-1))
      for _ in 0..<3 { buffer.writeText("") }
      buffer.writeInteger(Int32(0))
    case .syncGroup:
      buffer.write(error)
      buffer.writeSized([])
    case .heartbeat, .leaveGroup: buffer.write(error)
    case .listGroups:
      buffer.write(error)
      buffer.writeInteger(Int32(0))
    case .initProducerID:
      buffer.writeNoThrottle()
      buffer.write(error)
      buffer.writeInteger(Int64(-1))
      buffer.writeInteger(Int16(-1))
    }
    return true
  }
}

/// OffsetCommit v0 to v2.
///
///     ARRAY of topics (STRING name, ARRAY of (INT32 index, INT16 error))
extension EarlyOffsetCommitRequest {
  func write(_ buffer: inout ByteBuffer) {
    buffer.writeArray(topics) { buffer, topic in
      buffer.writeText(topic.name)
      buffer.writeArray(topic.partitions) { buffer, index in
        buffer.writeInteger(index)
        buffer.write(.unsupportedVersion)
      }
    }
  }
}
