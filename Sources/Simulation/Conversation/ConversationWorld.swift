internal import LogStore

/// People in rooms, on the simulated log.
package final class ConversationWorld {
  package init(seed: UInt64, steps: Int) {}
  package func run() throws(Violation) -> (trace: Trace, tally: Tally) { (Trace(), Tally()) }
}
