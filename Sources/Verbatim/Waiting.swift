internal import Dispatch
internal import Synchronization

/// Runs something asynchronous from a command that is not, and waits for it; cancels it once
/// `isCancelled` says so.
func waitFor<Value: Sendable>(
  cancelledBy isCancelled: () -> Bool = { false }, _ body: @escaping @Sendable () async -> Value
) -> Value {
  let result = Handover<Value>()
  let task = Task { result.set(await body()) }
  while true {
    if let value = result.wait(milliseconds: 100) { return value }
    if isCancelled() { task.cancel() }
  }
}

/// A value on its way from a task to the one thread that waits for it.
private final class Handover<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let isSet = DispatchSemaphore(value: 0)

  func set(_ new: Value) {
    value.withLock { $0 = new }
    isSet.signal()
  }

  /// The value; nil when it did not come in time.
  func wait(milliseconds: Int) -> Value? {
    guard isSet.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else { return nil }
    return value.withLock { $0 }
  }
}
