import LogStore

// What sessions say is paid for out of a budget. One that is used up refuses nothing: its socket is
// not read until it has flowed in again, so no key is lost, and the client's kernel waits.

extension Delivery {
  /// Gives a fresh connection its budget.
  func allot(_ grant: Int64?, to slot: Int32) {
    guard let budgets else { return }
    connections[Int(slot)]?.budget = SessionBudget(
      granting: grant ?? budgets.burstNanoseconds, budgets, at: time.monotonicNanoseconds)
  }

  /// Charges one message or control frame.
  @inline(__always)
  func charge(_ slot: Int32, bytes: Int, costing events: Int64 = 1) {
    guard let budgets else { return }
    spend(slot, bytes, events, budgets)
  }

  /// Charges what a message costs that makes the server read or write of its own accord.
  func chargeMore(_ slot: Int32) { charge(slot, bytes: 0, costing: Budgets.costlyEvents - 1) }

  private func spend(_ slot: Int32, _ bytes: Int, _ events: Int64, _ budgets: Budgets) {
    let now = time.monotonicNanoseconds
    connections[Int(slot)]?.budget?.spend(
      messageBytes: bytes, costing: events, budgets, at: now)
    guard let connection = connections[Int(slot)], !connection.isOverBudget,
      connection.budget?.left(budgets, at: now) ?? 0 < 0
    else { return }
    connections[Int(slot)]?.isOverBudget = true
    pauses += 1
    adjustReading(slot)
  }

  /// Reads a connection again once its budget is not overdrawn any more.
  func readAgain(_ connection: Connection) {
    guard let budgets, let budget = connection.budget,
      budget.left(budgets, at: time.monotonicNanoseconds) >= 0
    else { return }
    connections[Int(connection.id.slot)]?.isOverBudget = false
    adjustReading(connection.id.slot)
  }

  /// A connection is read while neither admission nor its budget has enough of it.
  func adjustReading(_ slot: Int32) {
    guard let connection = connections[Int(slot)], !connection.isClosing else { return }
    sink.pauseReading(slot, connection.isPaused || connection.isOverBudget)
  }

  /// Times a connection stopped being read for its budget, since the last call.
  package func takePauses() -> Int {
    defer { pauses = 0 }
    return pauses
  }

  /// What of a burst this connection leaves behind, in nanoseconds; negative: overdrawn.
  package func left(of slot: Int32) -> Int64? {
    guard let budgets, let budget = connections[Int(slot)]?.budget else { return nil }
    return budget.left(budgets, at: time.monotonicNanoseconds)
  }
}
