/// Being a member: who reads what, being heard, going.
extension Group {
  mutating func sync(_ request: SyncGroupRequest, _ ticket: Ticket, now: Int64) {
    let error = fault(request.identity)
    guard error == .none, let index = index(of: request.identity.member) else {
      return settle(ticket, .synced(error, assignment: []))
    }
    heard(index, now: now)
    switch state {
    case .empty: settle(ticket, .synced(.unknownMemberID, assignment: []))
    case .preparing: settle(ticket, .synced(.rebalanceInProgress, assignment: []))
    case .stable: settle(ticket, .synced(.none, assignment: members[index].assignment))
    case .completing:
      if let earlier = members[index].syncing {
        settle(earlier, .synced(.unknownMemberID, assignment: []))
      }
      members[index].syncing = ticket
      if members[index].id == leader { share(request.assignments, now: now) }
    }
  }

  private mutating func share(_ assignments: [SyncGroupRequest.Assignment], now: Int64) {
    state = .stable
    // From here on it is silence that ends a membership.
    deadline = nil
    for assignment in assignments {
      guard let index = index(of: assignment.member) else { continue }
      members[index].assignment = assignment.bytes
    }
    for index in members.indices {
      // One that has not asked yet gets its session's time to do so.
      heard(index, now: now)
      guard let ticket = members[index].syncing else { continue }
      members[index].syncing = nil
      settle(ticket, .synced(.none, assignment: members[index].assignment))
    }
  }

  mutating func heartbeat(_ request: HeartbeatRequest, now: Int64) -> ErrorCode {
    let error = fault(request.identity)
    guard error == .none, let index = index(of: request.identity.member) else { return error }
    heard(index, now: now)
    return state == .preparing ? .rebalanceInProgress : .none
  }

  mutating func leave(_ id: String, now: Int64) -> ErrorCode {
    if invited.removeValue(forKey: id) != nil { return .none }
    guard let index = index(of: id) else { return .unknownMemberID }
    remove(index, error: .unknownMemberID)
    shareAnew(now: now)
    return .none
  }

  /// Whether somebody may say how far the group has read.
  mutating func mayCommit(_ identity: MemberIdentity, now: Int64) -> ErrorCode {
    // A reader that shares with nobody uses the group as a name only.
    if identity.generation < 0, members.isEmpty { return .none }
    let error = fault(identity)
    guard error == .none, let index = index(of: identity.member) else { return error }
    heard(index, now: now)
    return state == .completing ? .rebalanceInProgress : .none
  }

  /// Whoever waits with this request is gone, and is heard no more.
  mutating func cancel(_ ticket: Ticket, now: Int64) {
    for index in members.indices {
      if members[index].joining == ticket {
        members[index].joining = nil
        heard(index, now: now)
      }
      if members[index].syncing == ticket {
        members[index].syncing = nil
        heard(index, now: now)
      }
    }
  }

  mutating func pass(now: Int64) {
    invited = invited.filter { $0.value > now }
    let silent = members.indices.filter { !members[$0].isWaiting && members[$0].deadline <= now }
    for index in silent.reversed() { remove(index, error: .unknownMemberID) }
    if !silent.isEmpty { shareAnew(now: now) }
    guard let deadline, deadline <= now else { return }
    if state == .preparing {
      complete(now: now)
    } else if state == .completing {
      // The leader said nothing, so nobody knows what to read: those who asked are asked again.
      for index in members.indices.reversed() where members[index].syncing == nil {
        remove(index, error: .unknownMemberID)
      }
      self.deadline = nil
      shareAnew(now: now)
    }
  }

  /// Takes a member out; what it waits for is answered with `error`.
  mutating func remove(_ index: Int, error: ErrorCode) {
    let member = members.remove(at: index)
    if let ticket = member.joining {
      settle(ticket, .joined(JoinedGroup(error: error, member: member.id)))
    }
    if let ticket = member.syncing { settle(ticket, .synced(error, assignment: [])) }
  }

  private mutating func shareAnew(now: Int64) {
    switch state {
    case .empty: break
    case .preparing: completeIfAllJoined(now: now)
    case .completing, .stable:
      prepare(now: now)
      completeIfAllJoined(now: now)
    }
  }
}
