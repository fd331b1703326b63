/// One segment file, for listings.
package struct SegmentSummary: Sendable, Equatable {
  package let file: String
  package let base: Int64
  package let next: Int64
  /// Bytes of batches in it.
  package let bytes: Int64
}

/// Reads a data directory without the lock: a copied one to its end, one in use to its recovery point.
package final class LogReader: Sendable {
  package static func open(_ path: String) throws(OpenError) -> LogReader {
    throw .missing(path: path)
  }

  package var state: LogState { preconditionFailure("not yet") }
  package var segments: [SegmentSummary] { [] }

  @discardableResult
  package func scan(from offset: Int64, to end: Int64?, _ body: (RecordView) -> ScanStep)
    throws(ReadError) -> Int64
  { preconditionFailure("not yet") }

  package func offset(forTime milliseconds: Int64) throws(ReadError) -> Int64 { 0 }
}
