import Chat
import Testing

@testable import Rooms

@Suite struct StopRequestTests {
  private let ada = ParticipantID(person: 1)
  private let ben = ParticipantID(person: 2)
  private let cem = ParticipantID(person: 3)
  private let home = AddressKey(hash: 1)
  private let work = AddressKey(hash: 2)

  @Test func `whom a reply answers ends it alone`() {
    var stops = StopRequests()
    #expect(
      stops.ask(7, in: 0, by: ada, from: home, isAsked: true, isLimited: true, at: 0)
        == .granted([ada]))
  }

  @Test(
    arguments: [
      (0, 4_999, true), (0, 5_000, false), (100, 100, true),
    ] as [(Int64, Int64, Bool)])
  func `two others at two addresses end it within five seconds`(
    first: Int64, second: Int64, ends: Bool
  ) {
    var stops = StopRequests()
    func ask(_ by: ParticipantID, _ address: AddressKey, _ now: Int64) -> StopRequests.Decision {
      stops.ask(7, in: 0, by: by, from: address, isAsked: false, isLimited: true, at: now)
    }
    #expect(ask(ben, home, first) == .waits)
    #expect(ask(cem, home, first) == .waits, "one address is one voice, whoever speaks")
    #expect(ask(ada, work, second) == (ends ? .granted([cem, ada]) : .waits))
  }

  @Test func `a wish is for one reply of one room, and a late second one begins anew`() {
    var stops = StopRequests()
    func ask(_ reply: Int64, _ room: Int, _ address: AddressKey, _ now: Int64)
      -> StopRequests.Decision
    {
      stops.ask(reply, in: room, by: ben, from: address, isAsked: false, isLimited: false, at: now)
    }
    #expect(ask(7, 0, home, 0) == .waits)
    #expect(ask(7, 1, work, 0) == .waits)
    #expect(ask(9, 0, work, 0) == .waits)
    #expect(ask(9, 0, home, 6_000) == .waits)
    #expect(ask(9, 0, work, 10_000) == .granted([ben]), "one person on two networks")
  }

  @Test func `six an hour an address, and the same wish said again costs nothing`() {
    var stops = StopRequests()
    func ask(_ reply: Int64, _ address: AddressKey, _ now: Int64) -> StopRequests.Decision {
      stops.ask(reply, in: 0, by: ada, from: address, isAsked: false, isLimited: true, at: now)
    }
    for reply in 0..<6 as Range<Int64> {
      #expect(ask(reply, home, reply * 1_000) == .waits)
      #expect(ask(reply, home, reply * 1_000 + 500) == .waits)
    }
    #expect(ask(6, home, 60_000) == .limited(retryMilliseconds: 3_540_000))
    #expect(ask(6, work, 60_000) == .waits, "another address is not concerned")
    #expect(ask(6, home, 3_600_000) == .waits)
    #expect(ask(7, home, 3_600_500) == .limited(retryMilliseconds: 500))
  }

  @Test func `what an address did costs bounded memory`() {
    var window = AddressWindow(most: 2, span: 1_000)
    for index in 1...100_000 as ClosedRange<UInt64> {
      window.note(AddressKey(hash: index), at: Int64(index))
      #expect(window.count <= AddressWindow.addressesMost)
    }
    window.note(AddressKey(hash: 100_000), at: 100_000)
    #expect(window.wait(AddressKey(hash: 100_000), at: 100_000) == 1_000)
  }
}
