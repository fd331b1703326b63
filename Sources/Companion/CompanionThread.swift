internal import Glibc
internal import Synchronization

/// A thread, and a way to wait for its end.
final class CompanionThread: Sendable {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let thread: Mutex<pthread_t?>

  /// Runs `body` on a new thread, which SIGPIPE does not reach: libcurl leaves that to its user.
  init(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Body(body)).toOpaque()
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let body = Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
        var blocked = sigset_t()
        sigemptyset(&blocked)
        sigaddset(&blocked, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &blocked, nil)
        body.run()
        return nil
      }, context)
    precondition(code == 0, "no thread for the companion: error \(code)")
    self.thread = Mutex(thread)
  }

  /// Waits for its end; once.
  func join() {
    let joinable = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    if let joinable { pthread_join(joinable, nil) }
  }
}
