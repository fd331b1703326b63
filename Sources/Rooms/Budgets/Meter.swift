/// A budget that flows in evenly, up to a burst: one number, the moment at which all that was spent
/// is paid for (the generic cell rate algorithm).
///
/// Times are monotonic nanoseconds, and what things cost is the time that pays for them. It may be
/// overdrawn: what has been read cannot be unread, so the next one waits for longer.
struct Meter: Equatable {
  private(set) var paidAt: Int64 = .min

  init() {}

  /// Begins with only `grant` of a burst.
  init(granting grant: Int64, of burst: Int64, at now: Int64) {
    paidAt = now + burst - min(max(grant, 0), burst)
  }

  mutating func spend(_ cost: Int64, at now: Int64) {
    let start = max(paidAt, now)
    let (sum, overflow) = start.addingReportingOverflow(cost)
    paidAt = overflow ? .max : sum
  }

  /// Gives back what was lent; never more than is owed.
  mutating func restore(_ cost: Int64) {
    let (rest, overflow) = paidAt.subtractingReportingOverflow(cost)
    paidAt = overflow ? .min : rest
  }

  /// What is left of a burst; negative: overdrawn.
  func left(of burst: Int64, at now: Int64) -> Int64 {
    paidAt <= now ? burst : burst - (paidAt - now)
  }

  /// Whether nothing is owed.
  func isFull(at now: Int64) -> Bool { paidAt <= now }
}
