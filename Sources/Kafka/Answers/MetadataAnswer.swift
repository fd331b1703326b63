import NIOCore

/// What a client is told to connect to: the address it reached us at.
struct Broker: Equatable, Sendable {
  /// The one broker there is.
  static let id: Int32 = 0

  let host: String
  let port: Int
}

/// Metadata v4.
///
///     INT32 throttle
///     ARRAY of brokers (INT32 id, STRING host, INT32 port, NULLABLE_STRING rack)
///     NULLABLE_STRING cluster ID | INT32 controller
///     ARRAY of topics (INT16 error, STRING name, BOOLEAN internal,
///       ARRAY of partitions (INT16 error, INT32 index, INT32 leader, ARRAY of INT32 replicas,
///         ARRAY of INT32 in-sync replicas))
extension MetadataRequest {
  func write(_ buffer: inout ByteBuffer, broker: Broker, clusterID: String) {
    buffer.writeNoThrottle()
    buffer.writeArray(CollectionOfOne(broker)) { buffer, broker in
      buffer.writeInteger(Broker.id)
      buffer.writeText(broker.host)
      buffer.writeInteger(Int32(broker.port))
      buffer.writeNullableText(nil)
    }
    buffer.writeNullableText(clusterID)
    buffer.writeInteger(Broker.id)
    buffer.writeArray(topics ?? [LogTopic.name]) { buffer, name in
      let isHere = name == LogTopic.name
      let error: ErrorCode =
        isHere ? .none : LogTopic.isName(name) ? .unknownTopicOrPartition : .invalidTopic
      buffer.write(error)
      buffer.writeText(name)
      buffer.writeInteger(UInt8(0))
      buffer.writeArray(isHere ? [LogTopic.partition] : []) { buffer, index in
        buffer.write(.none)
        buffer.writeInteger(index)
        buffer.writeInteger(Broker.id)
        buffer.writeArray(CollectionOfOne(Broker.id)) { $0.writeInteger($1) }
        buffer.writeArray(CollectionOfOne(Broker.id)) { $0.writeInteger($1) }
      }
    }
  }
}
