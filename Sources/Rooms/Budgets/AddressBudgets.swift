package import LogStore
import Synchronization

/// The budgets of all addresses of one server; from any thread.
///
/// Asked when somebody comes and goes, never for what they say.
package final class AddressBudgets: Sendable {
  private let table: Mutex<AddressTable>
  private let time: any TimeSource
  private let refusals = Atomic<Int64>(0)

  package init(_ budgets: Budgets, time: any TimeSource, random: any RandomNumberGenerator) {
    var random = random
    let salt = (0..<2).map { _ in random.next() }
    self.time = time
    table = Mutex(AddressTable(budgets, salt: salt.withUnsafeBytes { [UInt8]($0) }))
  }

  /// A socket or event stream wants in.
  ///
  /// - Parameter opensRoom: nobody was ever in the room it is for.
  package func enter(
    _ address: NetworkAddress, opensRoom: Bool
  ) -> Result<AddressPlace, DoorRefusal> {
    let result = table.withLock {
      $0.enter(address, opensRoom: opensRoom, at: time.monotonicNanoseconds)
    }
    if case .failure = result { refusals.wrappingAdd(1, ordering: .relaxed) }
    return result
  }

  /// It is gone; `left`: of its burst, in nanoseconds, nil for all of it.
  package func leave(_ place: AddressPlace, left: Int64?) {
    table.withLock {
      $0.leave(place, left: left ?? place.grant, at: time.monotonicNanoseconds)
    }
  }

  /// A connection was accepted; nil: one too many from there.
  package func connect(_ address: NetworkAddress) -> UInt64? {
    let key = table.withLock { $0.connect(address, at: time.monotonicNanoseconds) }
    if key == nil { refusals.wrappingAdd(1, ordering: .relaxed) }
    return key
  }

  /// The connection that ``connect(_:)`` gave this key to is gone.
  package func disconnect(_ key: UInt64) {
    table.withLock { $0.disconnect(key, at: time.monotonicNanoseconds) }
  }

  /// Connections, sockets and rooms that were refused since the start.
  package var refusalCount: Int64 { refusals.load(ordering: .relaxed) }
}

/// One session's place among those of its address.
package struct AddressPlace: Equatable, Sendable {
  let own: UInt64
  let shared: UInt64
  /// Among how many sessions the bursts of the address are shared out.
  let lenders: Int64
  /// What of a burst the session begins with, in nanoseconds.
  package let grant: Int64
}

/// Why somebody is not let in now.
package enum DoorRefusal: Error, Equatable, Sendable {
  /// As many sessions as one address or network may have are here.
  case sessions(most: Int)
  /// Sessions come and go too fast there.
  case pace(waitNanoseconds: Int64)
  /// Too many new rooms in an hour.
  case rooms(waitNanoseconds: Int64)
}
