/// Requests of a few clients, one behind the other, as far as they can be read.
///
///     a step: one byte how, two bytes length, a request
///     how     bits 0-1 whose; bit 6 time passes first; bit 7 the connection ends afterwards
///
/// Holds: a request that is read is read the same again, one that is cut is refused; every request
/// that waits is answered at most once; members, groups and waits stay within their bounds.
enum FuzzedClients {
  private static let stepsMost = 200

  static func run(_ input: [UInt8]) {
    var options = GroupOptions()
    (options.groupsMost, options.membersMost) = (8, 4)
    var clients = Clients(options)
    var rest = input[...]
    for _ in 0..<stepsMost {
      guard rest.count >= 3 else { break }
      let how = rest.removeFirst()
      let length = Int(rest.removeFirst()) << 8 | Int(rest.removeFirst())
      let bytes = Array(rest.prefix(length))
      rest = rest.dropFirst(length)
      if how & 64 != 0 { clients.pass(Int64(how & 63) * 500) }
      clients.say(bytes)
      if how & 128 != 0 { clients.hangUp() }
    }
    clients.pass(4_000_000)
    require(clients.waiting.isEmpty, "who waits is answered in the end")
  }

  private struct Clients {
    var groups: GroupCoordinator
    var now: Int64 = 0
    var lastTicket: Ticket = 0
    /// Who waits, for which group.
    var waiting: [Ticket: String] = [:]
    let options: GroupOptions

    init(_ options: GroupOptions) {
      self.options = options
      var count = 0
      groups = GroupCoordinator(options: options) {
        count += 1
        return "\(count)"
      }
    }

    mutating func say(_ bytes: [UInt8]) {
      guard let received = try? ReceivedRequest(bytes) else { return }
      require((try? ReceivedRequest(bytes)) == received, "the same bytes are the same request")
      if received.header.api != .apiVersions, received.request != nil {
        require(
          (try? ReceivedRequest(Array(bytes.dropLast()))) == nil, "a request that is cut is none")
      }
      guard let request = received.request else { return }
      lastTicket += 1
      let client = GroupClient(id: received.header.clientID ?? "", host: "/fuzz")
      switch request {
      case .joinGroup(let request):
        waiting[lastTicket] = request.group
        settle(groups.join(request, lastTicket, client: client, now: now))
      case .syncGroup(let request):
        waiting[lastTicket] = request.group
        settle(groups.sync(request, lastTicket, now: now))
      case .heartbeat(let request): _ = groups.heartbeat(request, now: now)
      case .leaveGroup(let request): settle(groups.leave(request, now: now).1)
      case .offsetCommit(let request):
        if groups.mayCommit(request, now: now) == .none {
          groups.committed(
            CommittedOffset(offset: 1, metadata: "", time: now), by: request.group)
        }
      default: break
      }
      check()
    }

    mutating func pass(_ milliseconds: Int64) {
      now += milliseconds
      settle(groups.pass(now: now))
      check()
    }

    mutating func hangUp() {
      guard let (ticket, group) = waiting.min(by: { $0.key < $1.key }) else { return }
      waiting[ticket] = nil
      settle(groups.cancel(ticket, in: group, now: now))
      check()
    }

    private mutating func settle(_ settled: [SettledRequest]) {
      for settled in settled {
        require(waiting.removeValue(forKey: settled.ticket) != nil, "answered once")
      }
    }

    private func check() {
      require(groups.groups.count <= options.groupsMost, "groups are bounded")
      for group in groups.groups.values {
        require(
          group.members.count + group.invited.count <= options.membersMost,
          "members are bounded")
        require(
          Set(group.members.map(\.id)).count == group.members.count, "members are not doubled")
        require(
          (group.state == .empty) == group.members.isEmpty,
          "a group is empty when nobody is in it: \(group)")
        require(
          group.state == .empty || group.state == .preparing
            || group.members.contains { $0.id == group.leader },
          "a generation has a leader")
        for member in group.members {
          require(member.joining == nil || group.state == .preparing, "waits for the others")
          require(member.syncing == nil || group.state == .completing, "waits for the leader")
        }
      }
    }
  }
}
