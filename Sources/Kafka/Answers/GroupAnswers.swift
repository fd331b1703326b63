import NIOCore

/// Answers of the requests of groups.
///
///     JoinGroup v5   INT32 throttle | INT16 error | INT32 generation | STRING protocol
///                    STRING leader | STRING member
///                    ARRAY of (STRING member, NULLABLE_STRING instance, BYTES metadata)
///     SyncGroup v3   INT32 throttle | INT16 error | BYTES assignment
extension GroupAnswer {
  func write(_ buffer: inout ByteBuffer) {
    buffer.writeNoThrottle()
    switch self {
    case .joined(let joined):
      buffer.write(joined.error)
      buffer.writeInteger(joined.generation)
      buffer.writeText(joined.protocolName)
      buffer.writeText(joined.leader)
      buffer.writeText(joined.member)
      buffer.writeArray(joined.members) { buffer, member in
        buffer.writeText(member.id)
        buffer.writeNullableText(member.instance)
        buffer.writeSized(member.metadata)
      }
    case .synced(let error, let assignment):
      buffer.write(error)
      buffer.writeSized(assignment)
    }
  }
}

extension GroupCoordinator {
  /// Bytes of a description, from where on further groups are only said to be too many.
  static let descriptionBytesMost = 4 << 20

  /// ListGroups v1.
  ///
  ///     INT32 throttle | INT16 error | ARRAY of (STRING group, STRING protocol type)
  func writeList(_ buffer: inout ByteBuffer) {
    buffer.writeNoThrottle()
    buffer.write(.none)
    buffer.writeArray(groups.values.sorted { $0.name < $1.name }) { buffer, group in
      buffer.writeText(group.name)
      buffer.writeText(group.kind)
    }
  }

  /// DescribeGroups v3.
  ///
  ///     INT32 throttle
  ///     ARRAY of (INT16 error, STRING group, STRING state, STRING protocol type, STRING protocol,
  ///       ARRAY of members (STRING member, STRING client ID, STRING host, BYTES metadata,
  ///         BYTES assignment), INT32 operations, none told)
  func write(_ request: DescribeGroupsRequest, to buffer: inout ByteBuffer) {
    buffer.writeNoThrottle()
    buffer.writeArray(request.groups) { buffer, name in
      let isTooMuch = buffer.writerIndex >= Self.descriptionBytesMost
      let group = isTooMuch ? nil : groups[name]
      buffer.write(isTooMuch ? .invalidRequest : .none)
      buffer.writeText(name)
      buffer.writeText(group?.state.rawValue ?? "Dead")
      buffer.writeText(group?.kind ?? "")
      buffer.writeText(group?.protocolName ?? "")
      buffer.writeArray(group?.members ?? []) { buffer, member in
        buffer.writeText(member.id)
        buffer.writeText(member.clientID)
        buffer.writeText(member.clientHost)
        buffer.writeSized(member.metadata(of: group?.protocolName ?? ""))
        buffer.writeSized(member.assignment)
      }
      buffer.writeInteger(Int32.min)
    }
  }
}
