internal import Synchronization

/// Makes `next.prepared` beside the writer, so that a roll waits for a rename and not for a disk.
///
/// Begun and taken by the writer alone; `@unchecked` because the thread it holds is only touched
/// from there.
final class SegmentPreparation: @unchecked Sendable {
  /// Bytes of a segment below which a roll makes the next file itself: smaller ones are rolled too
  /// often for a thread each.
  static let segmentBytesMin: Int64 = 1 << 20

  private let storage: any Storage
  private let path: String
  private var thread: JoinableThread?
  private let outcome = Mutex<Result<Int64, StorageError>?>(nil)

  init(_ storage: any Storage, _ layout: Layout) {
    self.storage = storage
    path = layout.prepared
  }

  /// Begun and not yet taken.
  var isBegun: Bool { thread != nil }

  /// Makes the file in the background, with so many zeros in it, and syncs it.
  func begin(zeros: Int64) {
    guard thread == nil else { return }
    outcome.withLock { $0 = nil }
    thread = JoinableThread { [self] in
      let made = Result { () throws(StorageError) in
        try Self.make(path, zeros: zeros, on: storage)
        return zeros
      }
      outcome.withLock { $0 = made }
    }
  }

  /// Waits for the file, and makes it here if it was not begun or found no space; returns the zeros
  /// in it, in bytes.
  func take() throws(StorageError) -> Int64 {
    settle()
    let made = outcome.withLock { outcome in
      defer { outcome = nil }
      return outcome
    }
    switch made {
    case .success(let zeros): return zeros
    case .failure(let error) where error.meaning == .broken: throw error
    case .failure, nil:
      try Self.make(path, zeros: 0, on: storage)
      return 0
    }
  }

  /// Waits until nothing is written in the background any more.
  func settle() {
    thread?.join()
    thread = nil
  }

  /// Waits, and removes what was prepared for a roll that will not come.
  func drop() {
    guard thread != nil else { return }
    settle()
    outcome.withLock { $0 = nil }
    try? storage.remove(path)
  }

  private static func make(_ path: String, zeros: Int64, on storage: any Storage)
    throws(StorageError)
  {
    let file = try storage.open(path, .create)
    try file.zero(from: 0, to: zeros)
    try file.sync()
  }
}
