internal import Synchronization

/// What the listener has done, for `/metrics`; read from any thread.
package final class KafkaCounts: Sendable {
  private let open = Atomic(0)
  private let answered = Atomic(0)
  private let misread = Atomic(0)
  private let handedOut = Atomic(0)

  private let turnedAway = Atomic(0)
  private let present = Mutex(Present())

  /// As the loop's last second saw it.
  package struct Present: Sendable {
    package var groups = 0
    package var members = 0
    /// Fetches that wait for records.
    package var fetches = 0
  }

  init() {}

  /// Connections open now.
  package var connections: Int { open.load(ordering: .relaxed) }
  /// Requests taken.
  package var requests: Int { answered.load(ordering: .relaxed) }
  /// Requests that could not be read, which ended their connections, or of unknown versions.
  package var faults: Int { misread.load(ordering: .relaxed) }
  /// Bytes of batches handed out.
  package var bytes: Int { handedOut.load(ordering: .relaxed) }

  /// Connections closed because there were too many.
  package var refusals: Int { turnedAway.load(ordering: .relaxed) }
  package var now: Present { present.withLock { $0 } }

  func countRefusal() { turnedAway.add(1, ordering: .relaxed) }
  func has(_ now: Present) { present.withLock { $0 = now } }
  func hasConnections(_ count: Int) { open.store(count, ordering: .relaxed) }
  func countRequest() { answered.add(1, ordering: .relaxed) }
  func countFault() { misread.add(1, ordering: .relaxed) }
  func count(bytes: Int) { handedOut.add(bytes, ordering: .relaxed) }
}
