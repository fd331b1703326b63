import Synchronization

/// The lane for reads of the past: they take long, so one is at work at a time, on a thread of its
/// own, and a bounded number waits; who catches up and who loads the page does not.
final class PastReads: Sendable {
  /// Reads that may wait; more are refused.
  private static let waitingMost = 64

  private struct Line {
    var isBusy = false
    var waiting: [@Sendable () -> Void] = []
  }

  private let readers = DiskReaders(count: 1)
  private let line = Mutex(Line())

  func stop() { readers.stop() }

  /// Runs a read when its turn comes; false: too many wait, and it is not run.
  func run(_ read: @escaping @Sendable () -> Void) -> Bool {
    enum Turn { case now, later, never }
    let turn = line.withLock { line in
      guard line.isBusy else {
        line.isBusy = true
        return Turn.now
      }
      guard line.waiting.count < Self.waitingMost else { return .never }
      line.waiting.append(read)
      return .later
    }
    if turn == .now { start(read) }
    return turn != .never
  }

  private func start(_ read: @escaping @Sendable () -> Void) {
    readers.run { [self] in
      read()
      let next = line.withLock { line -> (@Sendable () -> Void)? in
        line.isBusy = !line.waiting.isEmpty
        return line.isBusy ? line.waiting.removeFirst() : nil
      }
      if let next { start(next) }
    }
  }
}
