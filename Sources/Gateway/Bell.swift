import Synchronization

/// Rung from any thread, answered on a loop; while it rings, further rings are one.
final class Bell: Sendable {
  private let isRinging = Atomic(false)

  /// True for the ring that has to wake somebody.
  func ring() -> Bool { !isRinging.exchange(true, ordering: .acquiringAndReleasing) }

  /// Called before looking, so that what comes while looking rings again.
  func answer() { isRinging.store(false, ordering: .sequentiallyConsistent) }
}
