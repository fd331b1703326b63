package import LogStore

/// Reads for connections that brought nothing: how many, and why the newest did.
package struct FailedReads: Sendable {
  package private(set) var count = 0
  package private(set) var newest: ReadError?

  mutating func add(_ error: ReadError) {
    count += 1
    newest = error
  }
}

extension Delivery {
  /// Those since the last call.
  package func takeFailedReads() -> FailedReads {
    defer { failedReads = FailedReads() }
    return failedReads
  }
}
