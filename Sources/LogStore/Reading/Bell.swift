internal import Synchronization

/// Rung from any thread, as commits are, and answered on a loop; while it rings, further rings are
/// one.
package final class Bell: Sendable {
  private let isRinging = Atomic(false)

  package init() {}

  /// True for the ring that has to wake somebody.
  package func ring() -> Bool { !isRinging.exchange(true, ordering: .acquiringAndReleasing) }

  /// Called before looking, so that what comes while looking rings again.
  package func answer() { isRinging.store(false, ordering: .sequentiallyConsistent) }
}
