internal import Glibc

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
