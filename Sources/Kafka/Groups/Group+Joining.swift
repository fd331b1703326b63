/// Coming, and the agreement on who is in the next generation.
extension Group {
  /// Takes a member that is new, comes back, or is asked to.
  ///
  /// - Parameter newID: an identity that nobody else has.
  mutating func join(
    _ request: JoinGroupRequest, _ ticket: Ticket, client: GroupClient, newID: () -> String,
    membersMost: Int, now: Int64
  ) {
    if let error = objection(request) {
      return refuse(ticket, error, member: request.member)
    }
    guard request.member.isEmpty else {
      if let index = index(of: request.member) {
        if let holder = holder(of: request.instance), holder != index {
          return refuse(ticket, .fencedInstanceID, member: request.member)
        }
        return joinAgain(index, request, ticket, now: now)
      }
      guard invited.removeValue(forKey: request.member) != nil else {
        return refuse(ticket, .unknownMemberID, member: request.member)
      }
      return add(request.member, request, ticket, client, now: now)
    }
    if let holder = holder(of: request.instance) {
      // A named member started again: its old self, if it still lives, is told so.
      remove(holder, error: .fencedInstanceID)
    } else if members.count + invited.count >= membersMost {
      return refuse(ticket, .groupMaxSizeReached, member: "")
    }
    let id = newID()
    guard request.instance == nil else { return add(id, request, ticket, client, now: now) }
    // Known to itself before it is a member, so that a client that asks again is not two.
    invited[id] = now + Int64(request.sessionMilliseconds)
    refuse(ticket, .memberIDRequired, member: id)
  }

  private func holder(of instance: String?) -> Int? {
    instance.flatMap { name in members.firstIndex { $0.instance == name } }
  }

  /// Whether the others could share with somebody who offers this.
  private func objection(_ request: JoinGroupRequest) -> ErrorCode? {
    guard !request.offers.isEmpty, !request.kind.isEmpty else { return .inconsistentGroupProtocol }
    let others = members.filter { member in
      member.id != request.member
        && (member.instance == nil || member.instance != request.instance)
    }
    guard !others.isEmpty else { return nil }
    guard request.kind == kind else { return .inconsistentGroupProtocol }
    let isShared = request.offers.contains { offer in
      others.allSatisfy { $0.offers.contains { $0.name == offer.name } }
    }
    return isShared ? nil : .inconsistentGroupProtocol
  }

  private mutating func refuse(_ ticket: Ticket, _ error: ErrorCode, member: String) {
    settle(ticket, .joined(JoinedGroup(error: error, member: member)))
  }

  private mutating func add(
    _ id: String, _ request: JoinGroupRequest, _ ticket: Ticket, _ client: GroupClient, now: Int64
  ) {
    members.append(
      Member(
        id: id, instance: request.instance, clientID: client.id, clientHost: client.host,
        sessionMilliseconds: Int64(request.sessionMilliseconds),
        rebalanceMilliseconds: Int64(request.rebalanceMilliseconds), offers: request.offers,
        joining: ticket, deadline: now + Int64(request.sessionMilliseconds)))
    kind = request.kind
    prepare(now: now)
    completeIfAllJoined(now: now)
  }

  private mutating func joinAgain(
    _ index: Int, _ request: JoinGroupRequest, _ ticket: Ticket, now: Int64
  ) {
    let isSame = members[index].offers == request.offers
    let id = members[index].id
    heard(index, now: now)
    if isSame, state == .completing || state == .stable && id != leader {
      // The answer was lost, and nothing has changed since.
      return settle(ticket, .joined(joined(members[index])))
    }
    if let earlier = members[index].joining {
      // It asked twice: the first one's answer is nobody's any more.
      settle(earlier, .joined(JoinedGroup(error: .unknownMemberID, member: id)))
    }
    members[index].offers = request.offers
    members[index].sessionMilliseconds = Int64(request.sessionMilliseconds)
    members[index].rebalanceMilliseconds = Int64(request.rebalanceMilliseconds)
    members[index].joining = ticket
    heard(index, now: now)
    kind = request.kind
    prepare(now: now)
    completeIfAllJoined(now: now)
  }

  /// Begins to share anew; members learn it by their next heartbeat.
  mutating func prepare(now: Int64) {
    guard state != .preparing else { return }
    for index in members.indices {
      members[index].assignment = []
      guard let ticket = members[index].syncing else { continue }
      members[index].syncing = nil
      heard(index, now: now)
      settle(ticket, .synced(.rebalanceInProgress, assignment: []))
    }
    state = .preparing
    deadline = now + (members.map(\.rebalanceMilliseconds).max() ?? 0)
  }

  mutating func completeIfAllJoined(now: Int64) {
    guard state == .preparing, members.allSatisfy({ $0.joining != nil }) else { return }
    complete(now: now)
  }

  /// Ends the wait: who has not come is no member any more.
  mutating func complete(now: Int64) {
    members.removeAll { $0.joining == nil }
    generation = generation == .max ? 1 : generation + 1
    guard !members.isEmpty else {
      (state, deadline, protocolName, leader) = (.empty, nil, "", "")
      return
    }
    protocolName = chosenProtocol()
    if index(of: leader) == nil { leader = members[0].id }
    state = .completing
    deadline = now + (members.map(\.rebalanceMilliseconds).max() ?? 0)
    for index in members.indices {
      guard let ticket = members[index].joining else { continue }
      members[index].joining = nil
      heard(index, now: now)
      settle(ticket, .joined(joined(members[index])))
    }
  }

  /// Of what all offer, what most hold dearest; of equals, what the first member names first.
  private func chosenProtocol() -> String {
    let shared = members[0].offers.map(\.name).filter { name in
      members.allSatisfy { $0.offers.contains { $0.name == name } }
    }
    let votes = members.compactMap { $0.offers.map(\.name).first(where: shared.contains) }
    var best = (name: "", votes: 0)
    for name in shared {
      let count = votes.count { $0 == name }
      if count > best.votes { best = (name, count) }
    }
    return best.name
  }

  private func joined(_ member: Member) -> JoinedGroup {
    JoinedGroup(
      generation: generation, protocolName: protocolName, leader: leader, member: member.id,
      members: member.id != leader
        ? []
        : members.map {
          JoinedGroup.Member(
            id: $0.id, instance: $0.instance, metadata: $0.metadata(of: protocolName))
        })
  }
}

/// Whose connection a member has.
struct GroupClient: Equatable, Sendable {
  let id: String
  let host: String
}
