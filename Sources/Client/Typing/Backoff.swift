/// How long to wait before the next attempt to connect: doubling from ``first`` to ``most``, half
/// of it by chance, so that a restarted server is not met by everybody at once.
struct Backoff {
  /// Nanoseconds before the first attempt after a loss.
  static let first: Int64 = 50_000_000
  /// Nanoseconds between attempts at most.
  static let most: Int64 = 2_000_000_000

  private(set) var attempts = 0

  /// The next delay in nanoseconds, never below what the server asked for.
  mutating func next(atLeast asked: Int64?, using random: inout SplitMix) -> Int64 {
    let delay = min(Self.first << Int64(min(attempts, 16)), Self.most)
    attempts += 1
    let jittered = delay / 2 + Int64.random(in: 0...delay / 2, using: &random)
    guard let asked, asked > 0 else { return jittered }
    return asked + jittered
  }

  mutating func reset() { attempts = 0 }
}
