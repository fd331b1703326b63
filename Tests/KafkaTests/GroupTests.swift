import Testing

@testable import Kafka

/// Kafka's classic group protocol, without a socket or a clock.
@Suite struct GroupTests {
  /// Two members in generation 2, the first of them the leader.
  static func pair() -> (GroupWorld, String, String) {
    let world = GroupWorld()
    let (a, _) = world.enter()
    world.sync(a, 1, [a: 1])
    let (b, _) = world.enter()
    world.join(a)
    world.sync(a, 2, [a: 1, b: 2])
    world.sync(b, 2)
    return (world, a, b)
  }

  @Test("a new member is given an identity first, then a generation of its own")
  func first() {
    let world = GroupWorld()
    let asked = world.join("")
    #expect(world.joined(asked)?.error == .memberIDRequired)
    let id = world.joined(asked)?.member ?? ""
    #expect(id == "c-1")
    let joined = world.joined(world.join(id))
    #expect(joined?.error == ErrorCode.none)
    #expect(joined?.generation == 1)
    #expect(joined?.leader == id)
    #expect(joined?.members.map(\.id) == [id])
    let synced = world.synced(world.sync(id, 1, [id: 5]))
    #expect(synced?.0 == ErrorCode.none)
    #expect(synced?.1 == [5])
    #expect(world.state == .stable)
  }

  @Test("a second member makes the first come again, and the leader shares between both")
  func two() {
    let world = GroupWorld()
    let (a, _) = world.enter()
    world.sync(a, 1, [a: 1])
    let (b, second) = world.enter()
    #expect(world.answers[second] == nil, "it waits for the first")
    #expect(world.heartbeat(a, 1) == .rebalanceInProgress)
    let again = world.join(a)
    #expect(world.joined(again)?.generation == 2)
    #expect(world.joined(again)?.members.map(\.id) == [a, b])
    #expect(world.joined(second)?.members == [], "only the leader is told who is there")
    let waits = world.sync(b, 2)
    #expect(world.answers[waits] == nil, "it waits for the leader")
    world.sync(a, 2, [a: 1, b: 2])
    #expect(world.synced(waits)?.1 == [2])
    #expect(world.heartbeat(a, 2) == .none)
  }

  @Test("who leaves makes the others share anew")
  func leaving() {
    let (world, a, b) = Self.pair()
    #expect(world.leave(b) == .none)
    #expect(world.heartbeat(a, 2) == .rebalanceInProgress)
    #expect(world.joined(world.join(a))?.generation == 3)
    #expect(world.leave(b) == .unknownMemberID)
    #expect(world.leave(a) == .none)
    #expect(world.state == nil, "nothing is kept of a group without members and place")
  }

  @Test("who is silent for its session's time is gone")
  func silence() {
    let (world, a, b) = Self.pair()
    world.pass(9_000)
    #expect(world.heartbeat(a, 2) == .none)
    world.pass(1_000)
    #expect(world.heartbeat(b, 2) == .unknownMemberID)
    #expect(world.heartbeat(a, 2) == .rebalanceInProgress)
  }

  @Test("who does not come again in the rebalance's time is left out")
  func late() {
    let (world, a, b) = Self.pair()
    let (c, third) = world.enter()
    world.join(a)
    for _ in 0..<10 {
      world.pass(1_000)
      _ = world.heartbeat(b, 2)
    }
    #expect(world.joined(third)?.generation == 3)
    #expect(world.heartbeat(b, 3) == .unknownMemberID)
    #expect(world.coordinator.groups["g"]?.members.map(\.id) == [a, c])
  }

  @Test("a leader that never shares is left out, and the others are asked again")
  func silentLeader() {
    let world = GroupWorld()
    let (a, _) = world.enter()
    world.sync(a, 1, [a: 1])
    let (b, _) = world.enter()
    world.join(a)
    let waits = world.sync(b, 2)
    for _ in 0..<10 {
      world.pass(1_000)
      _ = world.heartbeat(a, 2)
    }
    #expect(world.synced(waits)?.0 == .rebalanceInProgress)
    #expect(world.coordinator.groups["g"]?.members.map(\.id) == [b])
    #expect(world.joined(world.join(b))?.leader == b)
  }

  @Test("a member whose connection ends while it waits is silent from then on")
  func cancelled() {
    let world = GroupWorld()
    let (a, _) = world.enter()
    world.sync(a, 1, [a: 1])
    let (b, ticket) = world.enter()
    world.cancel(ticket)
    for _ in 0..<9 {
      world.pass(1_000)
      _ = world.heartbeat(a, 1)
    }
    world.pass(1_000)
    #expect(world.answers[ticket] == nil)
    #expect(world.coordinator.groups["g"]?.index(of: b) == nil)
  }

  @Test("who asks again with the same words gets the same answer, without disturbing anybody")
  func lostAnswer() {
    let (world, a, b) = Self.pair()
    #expect(world.joined(world.join(b))?.generation == 2)
    #expect(world.synced(world.sync(b, 2))?.1 == [2])
    #expect(world.state == .stable)
    // Other words are a change that all must know of.
    world.join(b, GroupWorld.offers(["range"], 9))
    #expect(world.heartbeat(a, 2) == .rebalanceInProgress)
  }

  @Test("the leader that joins again makes all share anew")
  func leaderAgain() {
    let (world, a, b) = Self.pair()
    let ticket = world.join(a)
    #expect(world.answers[ticket] == nil)
    #expect(world.heartbeat(b, 2) == .rebalanceInProgress)
  }

  @Test("how to share is what all can do and most like best")
  func protocols() {
    let world = GroupWorld()
    let (a, _) = world.enter(GroupWorld.offers(["sticky", "range", "robin"]))
    world.sync(a, 1)
    let (b, _) = world.enter(GroupWorld.offers(["robin", "range"]))
    let (c, _) = world.enter(GroupWorld.offers(["robin", "range"]))
    let ticket = world.join(a, GroupWorld.offers(["sticky", "range", "robin"]))
    #expect(world.joined(ticket)?.protocolName == "robin")
    #expect(world.coordinator.groups["g"]?.members.map(\.id) == [a, b, c])
    #expect(
      world.joined(world.join("", GroupWorld.offers(["sticky"])))?.error
        == .inconsistentGroupProtocol)
    #expect(
      world.joined(world.join("", kind: "connect"))?.error == .inconsistentGroupProtocol)
  }

  @Test("who speaks of another generation, or is nobody, is told so")
  func strangers() {
    let (world, a, _) = Self.pair()
    #expect(world.heartbeat(a, 1) == .illegalGeneration)
    #expect(world.heartbeat("x", 2) == .unknownMemberID)
    #expect(world.synced(world.sync(a, 1))?.0 == .illegalGeneration)
    #expect(world.joined(world.join("x"))?.error == .unknownMemberID)
  }

  @Test("a named member that starts again takes its own place, and its old self is told")
  func named() {
    let world = GroupWorld()
    let old = world.joined(world.join("", instance: "one"))?.member ?? ""
    world.sync(old, 1, [old: 1])
    let new = world.joined(world.join("", instance: "one"))
    #expect(new?.generation == 2)
    #expect(new?.member != old)
    #expect(world.heartbeat(old, 2, instance: "one") == .fencedInstanceID)
    #expect(world.joined(world.join(old, instance: "one"))?.error == .unknownMemberID)
    #expect(world.coordinator.groups["g"]?.members.count == 1)
  }

  @Test("groups, members, names and times are bounded")
  func bounds() {
    var options = GroupOptions()
    (options.groupsMost, options.membersMost) = (2, 2)
    let world = GroupWorld(options)
    #expect(world.joined(world.join("", group: ""))?.error == .invalidGroupID)
    let long = String(repeating: "g", count: 257)
    #expect(world.joined(world.join("", group: long))?.error == .invalidGroupID)
    _ = world.enter()
    _ = world.join("")
    #expect(world.joined(world.join(""))?.error == .groupMaxSizeReached)
    #expect(world.joined(world.join("", group: "h"))?.error == .memberIDRequired)
    #expect(world.joined(world.join("", group: "i"))?.error == .groupMaxSizeReached)
    let large = [JoinGroupRequest.Offer(name: "r", metadata: .init(repeating: 0, count: 20_000))]
    #expect(world.joined(world.join("", large))?.error == .invalidRequest)
  }

  @Test("what all members say together is bounded, and what has gone makes room")
  func bytes() {
    var options = GroupOptions()
    options.bytesMost = 10_000
    let world = GroupWorld(options)
    let large = [JoinGroupRequest.Offer(name: "r", metadata: .init(repeating: 0, count: 4_000))]
    let (a, _) = world.enter(large)
    world.sync(a, 1)
    let (b, _) = world.enter(large)
    #expect(world.coordinator.bytes > 8_000)
    #expect(world.joined(world.join("", large))?.error == .groupMaxSizeReached)
    #expect(world.leave(b) == .none)
    #expect(world.joined(world.join("", large))?.error == .memberIDRequired)
    world.join(a, large)
    #expect(world.synced(world.sync(a, 2, [a: 1]))?.0 == ErrorCode.none)
    #expect(world.leave(a) == .none)
    world.pass(60_000)
    #expect(world.coordinator.bytes == 0)
  }

  @Test("an identity that is not used is forgotten, and with it the group")
  func unused() {
    let world = GroupWorld()
    world.join("")
    #expect(world.state == .empty)
    world.pass(10_000)
    #expect(world.state == nil)
  }
}
