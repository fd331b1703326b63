import Testing

@testable import Kafka

/// A coordinator with a clock of its own, and members that talk to it.
///
/// A class, so that an answer can be asked for in the words of its request.
final class GroupWorld {
  var coordinator: GroupCoordinator
  var now: Int64 = 0
  private var lastTicket: Ticket = 0
  private(set) var answers: [Ticket: GroupAnswer] = [:]

  init(_ options: GroupOptions = GroupOptions()) {
    var count = 0
    coordinator = GroupCoordinator(options: options) {
      count += 1
      return "\(count)"
    }
  }

  static func offers(_ names: [String] = ["range"], _ metadata: UInt8 = 0)
    -> [JoinGroupRequest.Offer]
  {
    names.map { JoinGroupRequest.Offer(name: $0, metadata: [metadata]) }
  }

  @discardableResult
  func join(
    _ member: String, group: String = "g", instance: String? = nil,
    _ offers: [JoinGroupRequest.Offer] = offers(), kind: String = "consumer"
  ) -> Ticket {
    lastTicket += 1
    take(
      coordinator.join(
        JoinGroupRequest(
          group: group, member: member, instance: instance, offers: offers, kind: kind),
        lastTicket, client: GroupClient(id: "c", host: "/h"), now: now))
    return lastTicket
  }

  /// Comes as clients do: asks for an identity, then joins with it.
  func enter(_ offers: [JoinGroupRequest.Offer] = offers()) -> (id: String, Ticket) {
    let asked = join("", offers)
    let id = joined(asked)?.member ?? ""
    return (id, join(id, offers))
  }

  @discardableResult
  func sync(
    _ member: String, _ generation: Int32, _ assignments: [String: UInt8] = [:]
  ) -> Ticket {
    lastTicket += 1
    take(
      coordinator.sync(
        SyncGroupRequest(
          group: "g", identity: MemberIdentity(generation: generation, member: member),
          assignments: assignments.map { .init(member: $0.key, bytes: [$0.value]) }),
        lastTicket, now: now))
    return lastTicket
  }

  func heartbeat(_ member: String, _ generation: Int32, instance: String? = nil)
    -> ErrorCode
  {
    coordinator.heartbeat(
      HeartbeatRequest(
        group: "g",
        identity: MemberIdentity(generation: generation, member: member, instance: instance)),
      now: now)
  }

  func leave(_ member: String) -> ErrorCode {
    let (error, settled) = coordinator.leave(
      LeaveGroupRequest(group: "g", member: member), now: now)
    take(settled)
    return error
  }

  func cancel(_ ticket: Ticket) {
    take(coordinator.cancel(ticket, in: "g", now: now))
  }

  func pass(_ milliseconds: Int64) {
    now += milliseconds
    take(coordinator.pass(now: now))
  }

  func take(_ settled: [SettledRequest]) {
    for settled in settled {
      #expect(answers[settled.ticket] == nil, "a request is answered once")
      answers[settled.ticket] = settled.answer
    }
  }

  func joined(_ ticket: Ticket) -> JoinedGroup? {
    guard case .joined(let joined)? = answers[ticket] else { return nil }
    return joined
  }

  func synced(_ ticket: Ticket) -> (ErrorCode, [UInt8])? {
    guard case .synced(let error, let assignment)? = answers[ticket] else { return nil }
    return (error, assignment)
  }

  var state: Group.State? { coordinator.groups["g"]?.state }
}
