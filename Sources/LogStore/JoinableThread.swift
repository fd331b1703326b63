internal import Glibc
internal import Synchronization

/// A thread, and a way to wait for its end.
package final class JoinableThread: Sendable {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let thread: Mutex<pthread_t?>

  /// Runs `body` on a new thread.
  package init(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Body(body)).toOpaque()
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context)
    precondition(code == 0, "no thread could be made: error \(code)")
    self.thread = Mutex(thread)
  }

  /// Waits for its end; a second call returns at once.
  package func join() {
    let joinable = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    if let joinable { pthread_join(joinable, nil) }
  }
}
