internal import Synchronization

/// Records handed in together, on their way to the disk.
struct Submission: Sendable {
  let records: [Record]
  /// An upper bound of the bytes they take, before compression.
  let bytes: Int
  let generation: UInt64
  /// Who blocks until they are durable, if somebody does.
  let waiter: AppendWaiter?
}

/// One blocked `append`.
///
/// `@unchecked`: `outcome` is only touched under the monitor's lock.
final class AppendWaiter: @unchecked Sendable {
  private let monitor = Monitor()
  private let isResolved = Atomic<Bool>(false)
  private var outcome: Result<Void, AppendError>?

  func resolve(_ result: Result<Void, AppendError>) {
    monitor.lock()
    outcome = result
    isResolved.store(true, ordering: .releasing)
    monitor.signal()
    monitor.unlock()
  }

  func wait() throws(AppendError) {
    Patience.lookOut(nanoseconds: Patience.forCommit) { isResolved.load(ordering: .acquiring) }
    monitor.lock()
    defer { monitor.unlock() }
    while outcome == nil { monitor.wait() }
    try outcome?.get()
  }
}
