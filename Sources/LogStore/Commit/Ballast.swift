/// How much space is set aside for bad times.
package enum BallastSize: Sendable, Equatable {
  case none
  /// The smaller of 64 MiB and 1 % of the file system.
  case standard
  case bytes(Int64)
}

/// `DATA/ballast`: space that nobody else can take, let go when there is none left, so that a full
/// disk still has room for a recovery point, for `meta.json` and for whoever clears it up.
///
/// Appends are taken again once there is room for the ballast *and* for them. That it cannot be had
/// is no error; one that never could is not waited for.
struct Ballast {
  static let bytesMax: Int64 = 64 << 20
  /// 1 in so many bytes of the file system.
  private static let share: Int64 = 100

  let bytes: Int64
  private(set) var isHeld = false
  /// Was there once, in this run or the one before.
  private(set) var wasHeld = false
  private let storage: any Storage
  private let path: String
  private let directory: String

  init(_ size: BallastSize, _ storage: any Storage, _ layout: Layout) {
    self.storage = storage
    path = layout.ballast
    directory = layout.data
    switch size {
    case .none: bytes = 0
    case .bytes(let wanted): bytes = max(0, wanted)
    case .standard:
      let total = (try? storage.totalBytes(at: layout.data)) ?? 0
      bytes = min(Self.bytesMax, total / Self.share)
    }
  }

  /// Takes the space, if it is there with so many bytes beside it; `false` if not.
  mutating func hold(beside needed: Int64 = 0) -> Bool {
    if bytes == 0 {
      // One left by a run that set something aside.
      if (try? storage.open(path, .read)) != nil { try? storage.remove(path) }
      return true
    }
    if isHeld { return true }
    let old = (try? storage.open(path, .read).size()) ?? 0
    if old != bytes {
      guard let free = try? storage.freeBytes(at: directory), free + old >= bytes + needed else {
        return false
      }
      do { try storage.reserve(path, bytes: bytes) } catch {
        release()
        return false
      }
    }
    isHeld = true
    wasHeld = true
    return true
  }

  /// Gives the space back to the file system.
  mutating func release() {
    isHeld = false
    guard bytes > 0 else { return }
    if !wasHeld { wasHeld = (try? storage.open(path, .read)) != nil }
    try? storage.remove(path)
  }
}
