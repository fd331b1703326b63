internal import Glibc

/// A thread of a command's own, to be joined.
final class WorkThread: Sendable {
  private let thread: pthread_t

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  init(_ run: @escaping @Sendable () -> Void) {
    let body = Unmanaged.passRetained(Body(run))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, body.toOpaque())
    precondition(code == 0, "no thread could be made")
    self.thread = thread
  }

  /// Waits for its end; once.
  func join() { pthread_join(thread, nil) }
}

/// A counting semaphore between two threads.
///
/// `@unchecked`: sem_t is made for this.
final class Semaphore: @unchecked Sendable {
  private let semaphore: UnsafeMutablePointer<sem_t>

  init(_ count: UInt32) {
    semaphore = .allocate(capacity: 1)
    semaphore.initialize(to: sem_t())
    precondition(sem_init(semaphore, 0, count) == 0, "no semaphore could be made")
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func wait() {
    while sem_wait(semaphore) != 0 {}
  }

  func signal() { sem_post(semaphore) }
}
