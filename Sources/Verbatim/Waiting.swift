internal import Dispatch
internal import Synchronization

/// Runs something asynchronous from a command that is not, and waits for it.
func waitFor<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
  let result = Handover<Value>()
  Task { result.set(await body()) }
  return result.wait()
}

/// A value on its way from a task to the one thread that waits for it.
private final class Handover<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let isSet = DispatchSemaphore(value: 0)

  func set(_ new: Value) {
    value.withLock { $0 = new }
    isSet.signal()
  }

  func wait() -> Value {
    isSet.wait()
    guard let value = value.withLock({ $0 }) else { preconditionFailure("signalled, but not set") }
    return value
  }
}
