internal import Glibc
internal import Synchronization

/// Ctrl-C as a question that a loop asks, so that it can end by itself and say where to go on.
package enum Interruption {
  private static let requested = Atomic(false)

  /// From now on SIGINT and SIGTERM only set `isRequested`; a second one ends the process.
  package static func watch() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        if Interruption.requested.exchange(true, ordering: .relaxed) {
          _exit(ExitStatus.interrupted.rawValue)
        }
      }
    }
  }

  /// As if Ctrl-C had been pressed; may be called from a signal's handler.
  static func request() { requested.store(true, ordering: .relaxed) }

  package static var isRequested: Bool { requested.load(ordering: .relaxed) }
}
