/// What one session may still say: so many events, and so many bytes of text.
///
/// Two integers a session; spending allocates nothing.
struct SessionBudget {
  private var events: Meter
  private var bytes: Meter

  /// - Parameter grant: what of a burst it begins with, in nanoseconds.
  init(granting grant: Int64, _ budgets: Budgets, at now: Int64) {
    events = Meter(granting: grant, of: budgets.burstNanoseconds, at: now)
    bytes = events
  }

  /// Charges a message of so many bytes and what it costs beside itself.
  @inline(__always)
  mutating func spend(
    messageBytes: Int, costing count: Int64, _ budgets: Budgets, at now: Int64
  ) {
    events.spend(count * budgets.eventNanoseconds, at: now)
    let text = messageBytes - Budgets.formBytes
    if text > 0 { bytes.spend(Int64(text) * budgets.byteNanoseconds, at: now) }
  }

  /// What is left of a burst, in nanoseconds; negative: it is not read until that is paid for.
  func left(_ budgets: Budgets, at now: Int64) -> Int64 {
    let burst = budgets.burstNanoseconds
    return min(events.left(of: burst, at: now), bytes.left(of: burst, at: now))
  }
}
