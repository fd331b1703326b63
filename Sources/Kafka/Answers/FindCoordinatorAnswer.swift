import NIOCore

/// FindCoordinator v0 and v1.
///
///     INT32 throttle (v1) | INT16 error | NULLABLE_STRING message (v1)
///     INT32 broker | STRING host | INT32 port
extension FindCoordinatorRequest {
  func write(_ buffer: inout ByteBuffer, version: Int16, broker: Broker) {
    if version >= 1 { buffer.writeNoThrottle() }
    buffer.write(isGroup ? .none : .transactionalIDAuthorizationFailed)
    if version >= 1 { buffer.writeNullableText(isGroup ? nil : "there are no transactions here") }
    buffer.writeInteger(isGroup ? Broker.id : -1)
    buffer.writeText(isGroup ? broker.host : "")
    buffer.writeInteger(isGroup ? Int32(broker.port) : -1)
  }
}
