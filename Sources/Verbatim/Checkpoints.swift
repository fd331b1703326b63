internal import LogStore
internal import Logging
internal import Projector
internal import Synchronization

/// Saves checkpoints as time goes on, and one at the log's new start before its head is let go.
final class Checkpoints: Sendable {
  let directory: CheckpointDirectory
  private let logger: Logger
  private let kept = Mutex(Kept())

  private struct Kept {
    weak var log: Log?
    /// Where the log will begin, once it has been told that it may.
    var coming: Int64 = 0
  }

  init(data: String, logger: Logger) {
    directory = CheckpointDirectory(data: data)
    self.logger = logger
  }

  /// Names the log whose checkpoints these are; nothing of it is let go before.
  func attach(_ log: Log) { kept.withLock { $0.log = log } }

  /// Saves a checkpoint durably; the two newest stay, and the one at the log's start.
  @discardableResult
  func save(_ checkpoint: Checkpoint) -> Bool {
    kept.withLock { kept in
      // What cannot be trusted is not summed up.
      if case .damaged? = kept.log?.state.health { return false }
      do throws(StorageError) {
        try directory.save(checkpoint, keeping: [kept.log?.state.start ?? 0, kept.coming])
        return true
      } catch {
        // Never trusted over the log, and never missed: the next start folds a little more.
        logger.warning("no checkpoint: \(error)")
        return false
      }
    }
  }

  /// Makes the state at `start` durable, so that everything before may be let go; `false`: not now.
  func keepHead(at start: Int64) -> Bool {
    guard let log = kept.withLock({ $0.log }) else { return false }
    let state = log.state
    let checkpoint = directory.newest(of: state, upTo: start)
    guard var projection = checkpoint?.projection ?? (state.start == 0 ? Projection() : nil) else {
      // What was before the log's present start is forgotten already.
      return true
    }
    do throws(ReadError) {
      try log.scan(from: projection.next, to: start) { record in
        projection.apply(record)
        return .advance
      }
    } catch {
      logger.warning("the log's head stays, because it cannot be read: \(error)")
      return false
    }
    kept.withLock { $0.coming = start }
    return save(Checkpoint(epoch: state.epoch.id, projection: projection))
  }
}
