internal import Synchronization

/// The right to be called after every commit; ends with `cancel`.
package final class Observation: Sendable {
  private let observers: Observers
  private let id: UInt64

  init(_ observers: Observers, id: UInt64) {
    self.observers = observers
    self.id = id
  }

  /// No commit after this one calls; a call that is due already may still come.
  package func cancel() { observers.remove(id) }
}

/// Everybody who wants to know of commits.
final class Observers: Sendable {
  typealias Body = @Sendable () -> Void

  private struct Listed {
    var bodies: [(id: UInt64, body: Body)] = []
    var lastID: UInt64 = 0
  }

  private let listed = Mutex(Listed())

  func add(_ body: @escaping Body) -> Observation {
    let id = listed.withLock { listed in
      listed.lastID += 1
      listed.bodies.append((listed.lastID, body))
      return listed.lastID
    }
    return Observation(self, id: id)
  }

  func remove(_ id: UInt64) {
    listed.withLock { $0.bodies.removeAll { $0.id == id } }
  }

  /// Calls all of them, without a lock, so that they may add and remove.
  func call() {
    for (_, body) in listed.withLock({ $0.bodies }) { body() }
  }
}
