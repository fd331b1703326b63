/// All groups: whom a request concerns, and whether it is within bounds.
struct GroupCoordinator {
  private(set) var groups: [String: Group] = [:]
  /// Of all groups together.
  private(set) var bytes = 0
  private let options: GroupOptions
  private let newID: () -> String

  /// - Parameter newID: an identity for a member, never the same twice; appended to the client's.
  init(options: GroupOptions, newID: @escaping () -> String) {
    self.options = options
    self.newID = newID
  }

  mutating func join(
    _ request: JoinGroupRequest, _ ticket: Ticket, client: GroupClient, now: Int64
  ) -> [SettledRequest] {
    if let error = bounds(request) {
      return refusal(ticket, error, request)
    }
    guard groups[request.group] != nil || groups.count < options.groupsMost else {
      return refusal(ticket, .groupMaxSizeReached, request)
    }
    let (newID, membersMost) = (newID, options.membersMost)
    let name = String(decoding: client.id.utf8.prefix(64), as: UTF8.self)
    return change(request.group) { group in
      group.join(
        request, ticket, client: client, newID: { "\(name)-\(newID())" },
        membersMost: membersMost, now: now)
    }
  }

  private func refusal(_ ticket: Ticket, _ error: ErrorCode, _ request: JoinGroupRequest)
    -> [SettledRequest]
  {
    let answer = JoinedGroup(error: error, member: request.member)
    return [SettledRequest(ticket: ticket, answer: .joined(answer))]
  }

  private func bounds(_ request: JoinGroupRequest) -> ErrorCode? {
    guard isName(request.group) else { return .invalidGroupID }
    guard options.sessionMilliseconds ~= request.sessionMilliseconds,
      1...options.rebalanceMillisecondsMost ~= request.rebalanceMilliseconds
    else { return .invalidSessionTimeout }
    let said = request.offers.reduce(0) { $0 + $1.bytes }
    guard said <= options.protocolBytesMost, request.kind.utf8.count <= options.nameBytesMost,
      request.instance?.utf8.count ?? 0 <= options.nameBytesMost
    else { return .invalidRequest }
    return bytes + said <= options.bytesMost ? nil : .groupMaxSizeReached
  }

  private func isName(_ group: String) -> Bool { 1...options.nameBytesMost ~= group.utf8.count }

  mutating func sync(_ request: SyncGroupRequest, _ ticket: Ticket, now: Int64)
    -> [SettledRequest]
  {
    let shared = request.assignments.reduce(0) { $0 + $1.bytes.count }
    let isBounded =
      request.assignments.count <= options.membersMost && bytes + shared <= options.bytesMost
      && request.assignments.allSatisfy { $0.bytes.count <= options.protocolBytesMost }
    guard groups[request.group] != nil, isBounded else {
      let error: ErrorCode = isBounded ? .unknownMemberID : .invalidRequest
      return [SettledRequest(ticket: ticket, answer: .synced(error, assignment: []))]
    }
    return change(request.group) { $0.sync(request, ticket, now: now) }
  }

  mutating func heartbeat(_ request: HeartbeatRequest, now: Int64) -> ErrorCode {
    groups[request.group]?.heartbeat(request, now: now) ?? .unknownMemberID
  }

  mutating func leave(_ request: LeaveGroupRequest, now: Int64)
    -> (ErrorCode, [SettledRequest])
  {
    guard groups[request.group] != nil else { return (.unknownMemberID, []) }
    var error = ErrorCode.none
    let settled = change(request.group) { error = $0.leave(request.member, now: now) }
    return (error, settled)
  }

  /// Whether an offset may be committed; the place itself is told by `committed`.
  mutating func mayCommit(_ request: OffsetCommitRequest, now: Int64) -> ErrorCode {
    guard isName(request.group) else { return .invalidGroupID }
    guard groups[request.group] != nil else {
      guard request.identity.generation < 0 else { return .illegalGeneration }
      return groups.count < options.groupsMost ? .none : .groupMaxSizeReached
    }
    return groups[request.group]?.mayCommit(request.identity, now: now) ?? .none
  }

  func fits(_ metadata: String) -> Bool { metadata.utf8.count <= options.metadataBytesMost }

  /// A place is durable.
  mutating func committed(_ offset: CommittedOffset?, by group: String) {
    _ = change(group) { $0.committed = offset }
  }

  func committed(by group: String) -> CommittedOffset? { groups[group]?.committed }

  mutating func cancel(_ ticket: Ticket, in group: String, now: Int64) -> [SettledRequest] {
    guard groups[group] != nil else { return [] }
    return change(group) { $0.cancel(ticket, now: now) }
  }

  /// Lets time pass: the silent are gone, waits end.
  mutating func pass(now: Int64) -> [SettledRequest] {
    groups.keys.flatMap { name in change(name) { $0.pass(now: now) } }
  }

  /// Groups without members whose place is as old as it may become.
  ///
  /// - Parameter wall: milliseconds since 1970.
  func expired(wall: Int64) -> [String] {
    groups.values.compactMap { group in
      guard group.members.isEmpty, let committed = group.committed else { return nil }
      return committed.time + options.retentionMilliseconds <= wall ? group.name : nil
    }
  }

  private mutating func change(_ name: String, _ body: (inout Group) -> Void)
    -> [SettledRequest]
  {
    var group = groups.removeValue(forKey: name) ?? Group(name: name)
    bytes -= group.bytes
    body(&group)
    bytes += group.bytes
    let settled = group.settled
    group.settled = []
    if !group.isForgotten { groups[name] = group }
    return settled
  }
}
