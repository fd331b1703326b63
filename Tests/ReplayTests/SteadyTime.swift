import LogStore
import Synchronization

/// A clock that moves only when a test moves it.
final class SteadyTime: TimeSource {
  /// 2026-01-02T03:04:05Z.
  static let beginning: Int64 = 1_767_323_045_000
  private let milliseconds = Mutex(SteadyTime.beginning)

  func advance(_ count: Int64) { milliseconds.withLock { $0 += count } }
  var wallMilliseconds: Int64 { milliseconds.withLock { $0 } }
  var monotonicNanoseconds: Int64 { milliseconds.withLock { $0 } * 1_000_000 }
}

/// A seeded generator (SplitMix64).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
