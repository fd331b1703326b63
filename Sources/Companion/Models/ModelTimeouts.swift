/// How long a model's server may take; there is no bound on the whole, for a long answer is good.
package struct ModelTimeouts: Sendable, Equatable {
  /// Milliseconds to a connection.
  package var connect = 5_000
  /// Milliseconds from the request to the first byte of an answer.
  package var firstByte = 60_000
  /// Milliseconds without text, before the first and between two, though bytes may come.
  package var token = 90_000
  /// Milliseconds without a byte once they came.
  package var idle = 30_000
  /// Milliseconds to wait for the usage once the model said that it has finished.
  package var linger = 2_000

  package init() {}
}
