/// The right to be called after every commit; ends with `cancel`.
package final class Observation: Sendable {
  private let end: @Sendable () -> Void

  init(_ end: @escaping @Sendable () -> Void) { self.end = end }

  /// No call begins after this returns; one that is running may still finish.
  package func cancel() { end() }
}
