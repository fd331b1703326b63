import Hashing

/// Who came from where, and what they used: one small entry an address, under a salted hash of it,
/// so that nothing in memory says who was here.
///
/// Pure: moments in, decisions out. Times are monotonic nanoseconds.
struct AddressTable {
  /// Entries kept: about 4 MiB.
  ///
  /// Those with somebody here are fewer than the process has sockets.
  static let entriesMost = 65_536
  /// Entries left once there were too many.
  static let entriesKept = entriesMost * 3 / 4
  private static let hour: Int64 = 3_600_000_000_000

  private struct Entry {
    var sessions: Int32 = 0
    var connections: Int32 = 0
    /// Bursts lent to sessions, as a part of all that may be lent here.
    var bursts = Meter()
    var rooms = Meter()

    func isIdle(at now: Int64) -> Bool {
      isEmpty && bursts.isFull(at: now) && rooms.isFull(at: now)
    }

    var isEmpty: Bool { sessions == 0 && connections == 0 }
  }

  let budgets: Budgets
  private let salt: [UInt8]
  private var entries: [UInt64: Entry] = [:]

  /// - Parameter salt: random, new at each start.
  init(_ budgets: Budgets, salt: [UInt8]) {
    self.budgets = budgets
    self.salt = salt
  }

  var count: Int { entries.count }
}

// Sessions.
extension AddressTable {
  /// A socket or event stream wants in; takes its place, or says why not, having changed nothing.
  mutating func enter(
    _ address: NetworkAddress, opensRoom: Bool, at now: Int64
  ) -> Result<AddressPlace, DoorRefusal> {
    let (own, shared) = (key(address), sharedKey(address))
    let (one, all) = (entries[own] ?? Entry(), entries[shared] ?? Entry())
    guard one.sessions < budgets.sessionsOfAddress else {
      return .failure(.sessions(most: budgets.sessionsOfAddress))
    }
    let most = address.isIPv4 ? budgets.sessionsOfAddress : budgets.sessionsOfNetwork
    guard all.sessions < most else { return .failure(.sessions(most: most)) }
    let burst = budgets.burstNanoseconds
    let left = all.bursts.left(of: burst, at: now) * Int64(most)
    let cost = Budgets.costlyEvents * budgets.eventNanoseconds
    guard left >= cost else {
      return .failure(.pace(waitNanoseconds: (cost - left) / Int64(most) + 1))
    }
    let price = Self.hour / budgets.roomsPerHour
    if opensRoom {
      let rest = all.rooms.left(of: Self.hour, at: now)
      guard rest >= price else { return .failure(.rooms(waitNanoseconds: price - rest)) }
    }
    makePlace(for: 2, at: now)
    let grant = min(left, burst)
    entries[shared, default: all].sessions += 1
    entries[shared]?.bursts.spend(grant / Int64(most), at: now)
    if opensRoom { entries[shared]?.rooms.spend(price, at: now) }
    if own != shared { entries[own, default: one].sessions += 1 }
    return .success(AddressPlace(own: own, shared: shared, lenders: Int64(most), grant: grant))
  }

  /// It is gone, and `left` of its burst with it; negative: overdrawn.
  mutating func leave(_ place: AddressPlace, left: Int64, at now: Int64) {
    entries[place.shared]?.sessions -= 1
    let unspent = min(left, place.grant) / place.lenders
    if unspent > 0 {
      entries[place.shared]?.bursts.restore(unspent)
    } else {
      entries[place.shared]?.bursts.spend(-unspent, at: now)
    }
    forget(place.shared, at: now)
    guard place.own != place.shared else { return }
    entries[place.own]?.sessions -= 1
    forget(place.own, at: now)
  }
}

// Connections.
extension AddressTable {
  /// A connection was accepted; nil: one too many from there.
  mutating func connect(_ address: NetworkAddress, at now: Int64) -> UInt64? {
    let key = sharedKey(address)
    let most = address.isIPv4 ? budgets.connectionsOfAddress : budgets.connectionsOfNetwork
    guard entries[key]?.connections ?? 0 < most else { return nil }
    if entries[key] == nil { makePlace(for: 1, at: now) }
    entries[key, default: Entry()].connections += 1
    return key
  }

  mutating func disconnect(_ key: UInt64, at now: Int64) {
    entries[key]?.connections -= 1
    forget(key, at: now)
  }
}

// Memory.
extension AddressTable {
  /// That of the network, which is not that of the network's first address.
  private func sharedKey(_ address: NetworkAddress) -> UInt64 {
    address.isIPv4 ? key(address) : key(address.network, isShared: 1)
  }

  private func key(_ address: NetworkAddress, isShared: UInt64 = 0) -> UInt64 {
    let words = [address.high.bigEndian, address.low.bigEndian, isShared]
    let digest = words.withUnsafeBytes { SHA256.digest(salt, [UInt8]($0)) }
    return digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  private mutating func forget(_ key: UInt64, at now: Int64) {
    if entries[key]?.isIdle(at: now) == true { entries[key] = nil }
  }

  /// Keeps the table within its bound: first what owes nothing goes, then those without anybody
  /// here who owe least.
  private mutating func makePlace(for count: Int, at now: Int64) {
    guard entries.count + count > Self.entriesMost else { return }
    entries = entries.filter { !$0.value.isIdle(at: now) }
    let surplus = entries.count - Self.entriesKept
    guard surplus > 0 else { return }
    let absent = entries.filter { $0.value.isEmpty }
      .sorted { $0.value.rooms.paidAt < $1.value.rooms.paidAt }
    for (key, _) in absent.prefix(surplus) { entries[key] = nil }
  }
}
