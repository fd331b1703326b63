internal import LogStore
internal import Glibc

/// What is to go wrong, and when: counted in operations, so that a seed repeats it.
struct DiskFaults {
  enum Fault {
    /// The power goes, or the process is killed, in this operation.
    case cut
    case error(Int32)
  }

  private struct Plan {
    let operations: [StorageError.Operation]
    let errno: Int32
    var after: Int
    var times: Int
  }

  private var cutAfter: Int?
  private var plans: [Plan] = []
  /// How many have struck; a refusal without one is a fault of the log.
  private(set) var struck = 0

  var isArmed: Bool { cutAfter != nil || !plans.isEmpty }

  /// The cut comes in the operation after so many.
  mutating func cut(after operations: Int) { cutAfter = operations }

  /// The operations of these kinds after the first `after` fail, `times` times.
  mutating func fail(
    _ operations: [StorageError.Operation], errno: Int32, after: Int, times: Int = 1
  ) {
    plans.append(Plan(operations: operations, errno: errno, after: after, times: times))
  }

  mutating func disarm() {
    cutAfter = nil
    plans = []
  }

  /// What strikes the next operation.
  mutating func next(_ operation: StorageError.Operation) -> Fault? {
    if let left = cutAfter {
      cutAfter = left - 1
      if left <= 0 {
        struck += 1
        return .cut
      }
    }
    for index in plans.indices where plans[index].operations.contains(operation) {
      plans[index].after -= 1
      guard plans[index].after < 0 else { continue }
      plans[index].times -= 1
      let errno = plans[index].errno
      if plans[index].times <= 0 { plans.remove(at: index) }
      struck += 1
      return .error(errno)
    }
    return nil
  }
}
