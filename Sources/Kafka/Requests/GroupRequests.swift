/// JoinGroup v5: a member comes, or comes again.
///
///     request   STRING group | INT32 session time-out, ms | INT32 rebalance time-out, ms
///               STRING member, empty for a new one | NULLABLE_STRING instance
///               STRING protocol type | ARRAY of protocols (STRING name, BYTES metadata)
struct JoinGroupRequest: Equatable, Sendable {
  struct Offer: Equatable, Sendable {
    let name: String
    let metadata: [UInt8]

    var bytes: Int { name.utf8.count + metadata.count }
  }

  var group: String
  var sessionMilliseconds: Int32
  var rebalanceMilliseconds: Int32
  var member: String
  /// The name of a member that keeps its place across restarts.
  var instance: String?
  var kind: String
  /// Ways to share partitions, the dearest first.
  var offers: [Offer]

  init(_ reader: inout WireReader) throws(WireFault) {
    group = try reader.string()
    sessionMilliseconds = try reader.integer()
    rebalanceMilliseconds = try reader.integer()
    member = try reader.string()
    instance = try reader.nullableString()
    kind = try reader.string()
    offers = try reader.array { (reader) throws(WireFault) in
      Offer(name: try reader.string(), metadata: try reader.bytes())
    }
  }

  init(
    group: String, member: String, instance: String? = nil, offers: [Offer],
    kind: String = "consumer", sessionMilliseconds: Int32 = 10_000,
    rebalanceMilliseconds: Int32 = 10_000
  ) {
    self.group = group
    self.sessionMilliseconds = sessionMilliseconds
    self.rebalanceMilliseconds = rebalanceMilliseconds
    self.member = member
    self.instance = instance
    self.kind = kind
    self.offers = offers
  }
}

/// SyncGroup v3: the leader says who reads what, the others ask.
///
///     request   STRING group | INT32 generation | STRING member | NULLABLE_STRING instance
///               ARRAY of (STRING member, BYTES assignment)
struct SyncGroupRequest: Equatable, Sendable {
  struct Assignment: Equatable, Sendable {
    let member: String
    let bytes: [UInt8]
  }

  var group: String
  var identity: MemberIdentity
  var assignments: [Assignment]

  init(_ reader: inout WireReader) throws(WireFault) {
    group = try reader.string()
    identity = try MemberIdentity(&reader, hasInstance: true)
    assignments = try reader.array { (reader) throws(WireFault) in
      Assignment(member: try reader.string(), bytes: try reader.bytes())
    }
  }

  init(group: String, identity: MemberIdentity, assignments: [Assignment]) {
    self.group = group
    self.identity = identity
    self.assignments = assignments
  }
}

/// Who says it, in which generation of the group.
struct MemberIdentity: Equatable, Sendable {
  var generation: Int32
  var member: String
  var instance: String?

  init(_ reader: inout WireReader, hasInstance: Bool) throws(WireFault) {
    generation = try reader.integer()
    member = try reader.string()
    instance = hasInstance ? try reader.nullableString() : nil
  }

  init(generation: Int32, member: String, instance: String? = nil) {
    self.generation = generation
    self.member = member
    self.instance = instance
  }
}

/// Heartbeat v1 to v3: a member is there.
///
///     request   STRING group | INT32 generation | STRING member | NULLABLE_STRING instance (v3)
struct HeartbeatRequest: Equatable, Sendable {
  var group: String
  var identity: MemberIdentity
}

extension HeartbeatRequest {
  init(_ reader: inout WireReader, _ version: Int16) throws(WireFault) {
    self.init(
      group: try reader.string(),
      identity: try MemberIdentity(&reader, hasInstance: version >= 3))
  }
}

/// LeaveGroup v1: a member goes.
///
///     request   STRING group | STRING member
struct LeaveGroupRequest: Equatable, Sendable {
  var group: String
  var member: String
}

extension LeaveGroupRequest {
  init(_ reader: inout WireReader) throws(WireFault) {
    self.init(group: try reader.string(), member: try reader.string())
  }
}

/// DescribeGroups v3.
///
///     request   ARRAY of STRING group | BOOLEAN with operations
struct DescribeGroupsRequest: Equatable, Sendable {
  var groups: [String]

  init(_ reader: inout WireReader) throws(WireFault) {
    groups = try reader.array { (reader) throws(WireFault) in try reader.string() }
    _ = try reader.boolean()
  }
}
