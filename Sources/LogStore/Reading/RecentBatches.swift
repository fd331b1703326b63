internal import Synchronization

/// The newest batches, so that a reader who keeps up never touches the disk.
final class RecentBatches: Sendable {
  private struct Ring {
    /// Rising and without holes; those before `first` have left.
    var batches: [RecentBatch?] = []
    var first = 0
    var bytes = 0
  }

  private let bytesMax: Int
  private let ring = Mutex(Ring())

  /// Holds at most so many bytes, but always the newest batch.
  init(bytesMax: Int) { self.bytesMax = bytesMax }

  /// Adds a committed batch, which follows the one before, and lets the oldest go.
  func append(_ batch: RecentBatch) {
    ring.withLock { ring in
      ring.batches.append(batch)
      ring.bytes += batch.bytes
      while ring.bytes > bytesMax, ring.first < ring.batches.count - 1 {
        ring.bytes -= ring.batches[ring.first]?.bytes ?? 0
        ring.batches[ring.first] = nil
        ring.first += 1
      }
      if ring.first > 64, ring.first > ring.batches.count / 2 {
        ring.batches.removeFirst(ring.first)
        ring.first = 0
      }
    }
  }

  /// The batch that holds `offset`; `nil` if it has left or is not committed.
  func batch(containing offset: Int64) -> RecentBatch? {
    ring.withLock { ring in
      var low = ring.first
      var high = ring.batches.count
      while low < high {
        let middle = (low + high) / 2
        guard let batch = ring.batches[middle] else { return nil }
        if batch.next <= offset { low = middle + 1 } else { high = middle }
      }
      guard low < ring.batches.count, let batch = ring.batches[low], batch.base <= offset else {
        return nil
      }
      return batch
    }
  }
}
