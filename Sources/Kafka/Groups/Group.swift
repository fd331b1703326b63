/// Names a request that is answered later.
typealias Ticket = UInt64

/// An answer to a request that had to wait, or had not.
struct SettledRequest: Equatable {
  let ticket: Ticket
  let answer: GroupAnswer
}

enum GroupAnswer: Equatable {
  case joined(JoinedGroup)
  case synced(ErrorCode, assignment: [UInt8])
}

/// What a member is told of the generation it is in.
struct JoinedGroup: Equatable {
  struct Member: Equatable {
    let id: String
    let instance: String?
    let metadata: [UInt8]
  }

  var error = ErrorCode.none
  var generation: Int32 = -1
  var protocolName = ""
  var leader = ""
  var member: String
  /// Told to the leader only, who shares the partitions among them.
  var members: [Member] = []
}

/// A group of consumers that share the partitions of what they read: Kafka's classic protocol.
///
///                    join                    all have come, or time is up
///       empty ────────────────▶ preparing ────────────────────────────────▶ completing
///         ▲                      ▲  ▲  │ nobody came                             │
///         │                 join,│  │  └────────────────▶ empty                  │ the leader's
///         │    leave, silence    │  └──────────────────── join, leave, silence ──┤ assignments
///         │                      │                                               ▼
///         └── (through preparing)└────────────────────────────────────────── stable
///
/// A value without clocks or sockets: times come in, in milliseconds of a clock that never goes
/// back, and answers go out through `settled`.
/// Source: the protocol as `GroupCoordinator` of Apache Kafka 2.4 keeps it, KIP-394 and KIP-345.
struct Group {
  enum State: String {
    case empty = "Empty"
    case preparing = "PreparingRebalance"
    case completing = "CompletingRebalance"
    case stable = "Stable"
  }

  let name: String
  var state = State.empty
  var generation: Int32 = 0
  /// The kind of protocol, `consumer` for consumers; empty as long as nobody has joined.
  var kind = ""
  /// How partitions are shared in this generation.
  var protocolName = ""
  var leader = ""
  /// In the order in which they came.
  var members: [Member] = []
  /// Identities that were given and not yet used, and until when.
  var invited: [String: Int64] = [:]
  /// When the present rebalance ends, whoever is missing.
  var deadline: Int64?
  var committed: CommittedOffset?
  var settled: [SettledRequest] = []

  init(name: String) { self.name = name }

  struct Member {
    let id: String
    var instance: String?
    let clientID: String
    let clientHost: String
    var sessionMilliseconds: Int64
    var rebalanceMilliseconds: Int64
    var offers: [JoinGroupRequest.Offer]
    var assignment: [UInt8] = []
    /// A request of its that waits for the others.
    var joining: Ticket?
    var syncing: Ticket?
    /// When it is gone, unless it is heard or waits.
    var deadline: Int64

    var isWaiting: Bool { joining != nil || syncing != nil }

    var bytes: Int {
      let said = offers.reduce(0) { $0 + $1.bytes }
      let names = id.utf8.count + clientID.utf8.count + (instance?.utf8.count ?? 0)
      return said + names + assignment.count
    }

    func metadata(of name: String) -> [UInt8] {
      offers.first { $0.name == name }?.metadata ?? []
    }
  }

  func index(of id: String) -> Int? { members.firstIndex { $0.id == id } }

  /// Whether nothing of it needs to be kept.
  var isForgotten: Bool { members.isEmpty && invited.isEmpty && committed == nil }

  /// Bytes of what its members say, and of their names.
  var bytes: Int {
    members.reduce(invited.keys.reduce(0) { $0 + $1.utf8.count }) { $0 + $1.bytes }
  }

  /// What is wrong with somebody who says to be a member in a generation.
  func fault(_ identity: MemberIdentity) -> ErrorCode {
    if let instance = identity.instance,
      let holder = members.first(where: { $0.instance == instance }), holder.id != identity.member
    {
      return .fencedInstanceID
    }
    guard index(of: identity.member) != nil else { return .unknownMemberID }
    return identity.generation == generation ? .none : .illegalGeneration
  }

  /// A member was heard.
  mutating func heard(_ index: Int, now: Int64) {
    members[index].deadline = now + members[index].sessionMilliseconds
  }

  mutating func settle(_ ticket: Ticket, _ answer: GroupAnswer) {
    settled.append(SettledRequest(ticket: ticket, answer: answer))
  }
}
