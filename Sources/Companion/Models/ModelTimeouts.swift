/// How long a model's server may take.
///
/// A long answer is good, so the bound on the whole is far off.
package struct ModelTimeouts: Sendable, Equatable {
  /// Milliseconds to a connection: name, TCP and TLS.
  package var connect = 5_000
  /// Milliseconds from the request to the first word, or the first sign of thinking.
  package var firstToken = 60_000
  /// Milliseconds without a byte from then on; a comment that keeps the connection alive is one.
  package var idle = 30_000
  /// Milliseconds between two words, though bytes may come.
  package var token = 90_000
  /// Milliseconds of one whole answer: who drips a word now and then must not hold a room for ever.
  package var whole = 1_800_000
  /// Milliseconds to wait for the usage once the model said that it has finished.
  package var linger = 2_000

  package init() {}
}
