internal import Glibc
internal import Synchronization

/// Ctrl-C as a question that a loop asks, so that it can end by itself and say where to go on.
package enum Interruption {
  private static let requested = Atomic(false)

  /// From now on SIGINT and SIGTERM only set `isRequested`.
  package static func watch() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in Interruption.requested.store(true, ordering: .relaxed) }
    }
  }

  package static var isRequested: Bool { requested.load(ordering: .relaxed) }
}
