import Projector
import Testing

@testable import Rooms

/// The budgets of addresses, stepped by hand.
@Suite struct AddressTableTests {
  private static let second: Int64 = 1_000_000_000
  private static let hour = 3_600 * second

  private func table(_ budgets: Budgets = Budgets()) -> AddressTable {
    AddressTable(budgets, salt: [1, 2, 3, 4])
  }

  private func v4(_ last: UInt32) -> NetworkAddress { NetworkAddress(ipv4: 0xC000_0200 | last) }
  private func v6(_ network: UInt64, _ host: UInt64) -> NetworkAddress {
    NetworkAddress(high: 0x2001_0DB8_0000_0000 | network, low: host)
  }

  private func place(
    _ result: Result<AddressPlace, DoorRefusal>
  ) -> AddressPlace? { try? result.get() }

  @Test func `eight sessions of an address, and the ninth when one has gone`() {
    var table = table()
    var places: [AddressPlace] = []
    for _ in 0..<8 {
      if let place = place(table.enter(v4(1), opensRoom: false, at: 0)) { places.append(place) }
    }
    #expect(places.count == 8)
    #expect(table.enter(v4(1), opensRoom: false, at: 0) == .failure(.sessions(most: 8)))
    #expect(place(table.enter(v4(2), opensRoom: false, at: 0)) != nil, "another address")
    table.leave(places[3], left: places[3].grant, at: 1)
    #expect(place(table.enter(v4(1), opensRoom: false, at: 1)) != nil)
  }

  @Test func `65,536 addresses of one /64 share one budget of 64 sessions`() {
    var table = table()
    let admitted = (0..<65_536).count {
      place(table.enter(v6(7, $0), opensRoom: false, at: 0)) != nil
    }
    #expect(admitted == 64)
    #expect(table.count == 65)
    #expect(place(table.enter(v6(8, 0), opensRoom: false, at: 0)) != nil, "another /64")
  }

  @Test func `one address of a /64 has eight, its neighbours theirs`() {
    var table = table()
    for _ in 0..<8 { _ = table.enter(v6(7, 1), opensRoom: false, at: 0) }
    #expect(table.enter(v6(7, 1), opensRoom: false, at: 0) == .failure(.sessions(most: 8)))
    #expect(place(table.enter(v6(7, 2), opensRoom: false, at: 0)) != nil)
  }

  @Test func `ten new rooms an hour, and one more each six minutes`() {
    var table = table()
    func open(at now: Int64) -> Bool {
      guard let place = place(table.enter(v4(1), opensRoom: true, at: now)) else { return false }
      table.leave(place, left: place.grant, at: now)
      return true
    }
    #expect((0..<11).map { _ in open(at: 0) } == Array(repeating: true, count: 10) + [false])
    #expect(
      table.enter(v4(1), opensRoom: true, at: 0)
        == .failure(.rooms(waitNanoseconds: Self.hour / 10)))
    #expect(place(table.enter(v4(1), opensRoom: false, at: 0)) != nil, "old rooms are free")
    #expect(!open(at: Self.hour / 10 - 1))
    #expect(open(at: Self.hour / 10))
    #expect(!open(at: Self.hour / 10))
    #expect((0..<11).count { _ in open(at: 3 * Self.hour) } == 10)
  }

  @Test func `coming and going makes nobody faster than staying`() {
    var table = table()
    let budgets = Budgets()
    // Each session says its whole burst and comes again, as fast as it is let in.
    var said: Int64 = 0
    for millisecond in 0..<10_000 {
      let now = Int64(millisecond) * 1_000_000
      guard let place = place(table.enter(v4(1), opensRoom: false, at: now)) else { continue }
      said += place.grant / budgets.eventNanoseconds
      table.leave(place, left: 0, at: now)
    }
    let steady = 8 * (10 * budgets.eventsPerSecond + budgets.burstEvents)
    #expect(said <= steady + 1, "\(said) of \(steady)")
    #expect(said >= steady * 9 / 10)
  }

  @Test func `a session that leaves overdrawn leaves its debt behind`() {
    var table = table()
    let burst = Budgets().burstNanoseconds
    guard let place = place(table.enter(v4(1), opensRoom: false, at: 0)) else { return }
    table.leave(place, left: -7 * burst, at: 0)
    #expect(
      table.enter(v4(1), opensRoom: false, at: 0)
        == .failure(.pace(waitNanoseconds: 8 * 15_625_000 / 8 + 1)))
    #expect(self.place(table.enter(v4(1), opensRoom: false, at: Self.second)) != nil)
  }

  @Test func `connections of an address are bounded, whatever they become`() {
    var table = table()
    let keys = (0..<65).map { _ in table.connect(v4(1), at: 0) }
    #expect(keys.count { $0 != nil } == 64)
    #expect(keys.last == .some(nil))
    if let key = keys[0] { table.disconnect(key, at: 0) }
    #expect(table.connect(v4(1), at: 0) != nil)
    #expect((0..<1_000).count { table.connect(v6(1, $0), at: 0) != nil } == 512)
  }

  @Test func `who owes nothing and is not here is forgotten`() {
    var table = table()
    for last in 0..<200 as Range<UInt32> {
      guard let place = place(table.enter(v4(last), opensRoom: false, at: 0)) else { continue }
      table.leave(place, left: place.grant, at: 0)
    }
    #expect(table.count == 0)
  }

  @Test func `addresses without end fit into the bound, and those here keep their places`() {
    var table = table()
    for _ in 0..<8 { _ = table.enter(v4(1), opensRoom: false, at: 0) }
    var most = 0
    for network in 0..<70_000 as Range<UInt64> {
      let now = Int64(network)
      guard let place = place(table.enter(v6(network, 1), opensRoom: true, at: now)) else {
        continue
      }
      table.leave(place, left: 0, at: now)
      most = max(most, table.count)
    }
    #expect(most <= AddressTable.entriesMost)
    #expect(most > AddressTable.entriesKept, "nobody is forgotten before that")
    #expect(table.enter(v4(1), opensRoom: false, at: 0) == .failure(.sessions(most: 8)))
  }

  @Test func `an address does not print itself`() {
    #expect("\(v4(7)) \(String(describing: v6(1, 2)))" == "*** ***")
    #expect(!"\(NetworkAddress(ipv4: 1))".contains("1"))
  }
}
