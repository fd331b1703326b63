internal import Synchronization

/// Keeps a few readers' memory for the next ones.
final class ScratchPool: Sendable {
  /// Of about 2 MiB each, touched only as far as batches are large.
  private static let keptMax = 4

  /// `@unchecked`: a scratch is in the pool or with one reader, never with two.
  private struct Kept: @unchecked Sendable { var scratches: [ReadScratch] = [] }
  private let kept = Mutex(Kept())

  /// Lends a scratch to `body` for as long as it runs.
  func with<Value, Failure: Error>(_ body: (ReadScratch) throws(Failure) -> Value)
    throws(Failure) -> Value
  {
    let lent = kept.withLock { kept in Kept(scratches: kept.scratches.popLast().map { [$0] } ?? [])
    }
    let scratch = lent.scratches.first ?? ReadScratch()
    defer {
      scratch.end()
      let back = Kept(scratches: [scratch])
      kept.withLock { kept in
        if kept.scratches.count < Self.keptMax { kept.scratches += back.scratches }
      }
    }
    return try body(scratch)
  }
}
