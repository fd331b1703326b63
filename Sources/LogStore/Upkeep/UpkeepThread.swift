internal import Glibc

/// Runs upkeep on a thread of its own that yields to all others.
///
/// `@unchecked`: everything below the monitor is only touched under its lock.
final class UpkeepThread: @unchecked Sendable {
  private let monitor = Monitor()
  private var isEnding = false
  private var isWoken = false
  private var thread: JoinableThread?

  /// The lowest priority there is.
  private static let niceness: Int32 = 19

  init(_ upkeep: Upkeep) {
    thread = JoinableThread { [self] in
      // On Linux this is the calling thread's alone.
      setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
      while goesOn {
        guard case .idle(let nanoseconds) = upkeep.step() else { continue }
        wait(nanoseconds)
      }
    }
  }

  /// A segment was sealed: there may be something to do.
  func wake() {
    monitor.lock()
    isWoken = true
    monitor.signal()
    monitor.unlock()
  }

  /// Ends after the piece of work at hand, and waits for that.
  func end() {
    monitor.lock()
    isEnding = true
    monitor.signal()
    monitor.unlock()
    thread?.join()
  }

  private var goesOn: Bool {
    monitor.lock()
    defer { monitor.unlock() }
    return !isEnding
  }

  private func wait(_ nanoseconds: Int64) {
    monitor.lock()
    if !isEnding, !isWoken { monitor.wait(nanoseconds: nanoseconds) }
    isWoken = false
    monitor.unlock()
  }
}
