/// A change of the sealed segments, which are the writer's: it alone writes `meta.json` and says
/// what readers see.
enum SegmentChange: Sendable {
  /// From now on the segment's file may also be this one.
  case announce(base: Int64, Meta.File)
  /// The file was replaced by the announced one: readers get this segment.
  case replace(with: Segment)
  /// Rewriting it would gain nothing.
  case keep(base: Int64)
  /// The segments before this one's base are let go.
  case trim(to: Int64)
}

/// Why a change was not made; nothing is different then.
enum ChangeError: Error, Equatable {
  /// The log takes no appends, or the segment is not behind the recovery point yet.
  case notNow
  case disk(StorageError)
  case closed
}

/// Who makes changes: the writer itself, or its queue for other threads.
protocol SegmentOwner: AnyObject, Sendable {
  /// Makes a change durable, then visible.
  func change(_ change: SegmentChange) throws(ChangeError)
}

/// A change on its way to the writer's thread, and somebody who waits for it.
///
/// `@unchecked`: `outcome` is only touched under the monitor's lock.
final class ChangeRequest: @unchecked Sendable {
  let change: SegmentChange
  private let monitor = Monitor()
  private var outcome: Result<Void, ChangeError>?

  init(_ change: SegmentChange) { self.change = change }

  func resolve(_ result: Result<Void, ChangeError>) {
    monitor.lock()
    outcome = result
    monitor.signal()
    monitor.unlock()
  }

  func wait() throws(ChangeError) {
    monitor.lock()
    defer { monitor.unlock() }
    while outcome == nil { monitor.wait() }
    try outcome?.get()
  }
}

extension LogQueue: SegmentOwner {
  /// Blocks until the writer's thread has made the change.
  func change(_ change: SegmentChange) throws(ChangeError) {
    let request = ChangeRequest(change)
    guard post(request) else { throw .closed }
    try request.wait()
  }
}
