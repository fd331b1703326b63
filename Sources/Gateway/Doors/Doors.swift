import LogStore
import Logging
import NIOCore
import NIOHTTP1
import Rooms
import Synchronization

/// Who is let in: connections when they are accepted, sockets and event streams when they ask.
///
/// Shared by all loops.
final class Doors: Sendable {
  private let budgets: AddressBudgets?
  private let salt = AddressSalt(random: SystemRandomNumberGenerator())
  private let proxies: [AddressRange]
  private let connectionsMost: Int
  private let connections = Atomic(0)
  private let turnedAway = Atomic<Int64>(0)
  private let time: any TimeSource
  private let logger: Logger
  /// When a proxy that nobody named was last complained of, in monotonic ns.
  private let complainedAt = Atomic<Int64>(.min)

  /// Nanoseconds between two complaints of a proxy that nobody named: anybody can cause them.
  private static let complaintPause: Int64 = 3_600_000_000_000

  init(
    _ options: GatewayOptions, _ budgets: Budgets?, time: any TimeSource, logger: Logger
  ) {
    self.time = time
    self.logger = logger
    self.budgets = budgets.map {
      AddressBudgets($0, time: time, random: SystemRandomNumberGenerator())
    }
    proxies = options.behindProxy
    connectionsMost = options.connections
  }

  /// Connections, sockets, streams and new rooms that were refused since the start.
  var refusalCount: Int64 {
    turnedAway.load(ordering: .relaxed) + (budgets?.refusalCount ?? 0)
  }

  /// One accepted connection's entry, to be given back when it ends.
  struct Entry {
    fileprivate let key: UInt64?
  }

  /// Counts a connection; nil when there are too many, from there or at all.
  func accept(_ peer: NetworkAddress?) -> Entry? {
    guard connections.wrappingAdd(1, ordering: .relaxed).newValue <= connectionsMost else {
      connections.wrappingSubtract(1, ordering: .relaxed)
      turnedAway.wrappingAdd(1, ordering: .relaxed)
      return nil
    }
    // A proxy's connections are as many as its clients'.
    guard let budgets, let peer, !ClientAddress.isProxy(peer, proxies) else {
      return Entry(key: nil)
    }
    if let key = budgets.connect(peer) { return Entry(key: key) }
    connections.wrappingSubtract(1, ordering: .relaxed)
    return nil
  }

  func ended(_ entry: Entry) {
    connections.wrappingSubtract(1, ordering: .relaxed)
    if let key = entry.key { budgets?.disconnect(key) }
  }

  /// A socket or stream asks to come in; nil: nobody counts.
  func enter(
    from peer: NetworkAddress?, _ headers: HTTPHeaders, opensRoom: Bool
  ) -> Result<AddressPlace?, DoorRefusal> {
    guard let budgets, let peer else { return .success(nil) }
    let forwarded = headers["x-forwarded-for"]
    if !forwarded.isEmpty, !ClientAddress.isProxy(peer, proxies) { complainOfProxy(peer) }
    let client = ClientAddress.behind(peer, forwarded, proxies)
    return budgets.enter(client, opensRoom: opensRoom).map { $0 }
  }

  /// What stands for a client's address, whether or not anybody counts.
  func key(of peer: NetworkAddress?, _ headers: HTTPHeaders) -> AddressKey {
    guard let peer else { return .unknown }
    return salt.key(of: ClientAddress.behind(peer, headers["x-forwarded-for"], proxies))
  }

  /// Somebody speaks for others and is not trusted to: if that is a proxy, all its clients have one
  /// budget together.
  private func complainOfProxy(_ peer: NetworkAddress) {
    let (now, last) = (time.monotonicNanoseconds, complainedAt.load(ordering: .relaxed))
    guard last == .min || now - last >= Self.complaintPause,
      complainedAt.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged
    else { return }
    logger.warning(
      """
      X-Forwarded-For from a peer that is no trusted proxy is not believed; if a proxy sent it, \
      all its visitors share the sessions of one address: name it with --behind-proxy
      """,
      metadata: ["peer": AddressRange.isLoopback(peer) ? "loopback" : "other"])
  }

  /// It is gone; `left`: of its burst, nil for all.
  func leave(_ place: AddressPlace?, left: Int64? = nil) {
    guard let place else { return }
    budgets?.leave(place, left: left)
  }
}

extension DoorRefusal {
  /// 429 in words that begin with a stable code, and when to come back.
  var answer: Answer {
    switch self {
    case .sessions(let most):
      Answer.refusal(
        .tooManyRequests,
        "too_many_sessions: \(most) are open from your network; close one and come back"
      ).with("Retry-After", "10")
    case .pace(let wait):
      Answer.refusal(.tooManyRequests, "too_fast: sessions come and go too fast from your network")
        .with("Retry-After", Self.seconds(wait))
    case .rooms(let wait):
      Answer.refusal(
        .tooManyRequests,
        "too_many_rooms: your network opened many new rooms in this hour; go to one that is there"
      ).with("Retry-After", Self.seconds(wait))
    }
  }

  private static func seconds(_ nanoseconds: Int64) -> String {
    String(max(1, (nanoseconds + 999_999_999) / 1_000_000_000))
  }
}
