internal import Synchronization

/// How other threads reach the companion's: a flag, and a wake-up if it was down.
final class CompanionSignal: Sendable {
  let multi = CurlMulti()
  private let isRung = Atomic(false)
  private let isStopped = Atomic(false)

  /// Something was committed.
  func ring() {
    if !isRung.exchange(true, ordering: .acquiringAndReleasing) { multi.wake() }
  }

  func stop() {
    isStopped.store(true, ordering: .releasing)
    multi.wake()
  }

  var mustStop: Bool { isStopped.load(ordering: .acquiring) }

  /// From here on a commit rings again.
  func answer() { isRung.store(false, ordering: .sequentiallyConsistent) }
}
