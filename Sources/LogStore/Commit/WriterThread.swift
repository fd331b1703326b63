internal import Glibc

/// A thread of the writer's own, to be joined.
///
/// `@unchecked`: joined once, by whoever closes first; the log holds a lock around that.
final class WriterThread: @unchecked Sendable {
  private var thread = pthread_t()
  private var joined = false

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  init(_ run: @escaping @Sendable () -> Void) {
    let body = Unmanaged.passRetained(Body(run))
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, body.toOpaque())
    precondition(code == 0, "no thread could be made for the log's writer")
  }

  func join() {
    if !joined { pthread_join(thread, nil) }
    joined = true
  }
}
