/// The log of one data directory, held by its lock: one writer, any number of readers.
package final class Log: EventLog {
  /// What opening found and did.
  package let opening: OpeningReport = OpeningReport()

  /// Opens DATA, creating it where there is none, and recovers what a crash left.
  package static func open(
    _ path: String, options: LogOptions = .init(), storage: any Storage = POSIXStorage(),
    time: any TimeSource = SystemTime()
  ) throws(OpenError) -> Log {
    throw .missing(path: path)
  }

  package var state: LogState { preconditionFailure("not yet") }

  @discardableResult
  package func submit(_ records: [Record], generation: UInt64) throws(AppendError) -> Int64 {
    throw .closed
  }

  @discardableResult
  package func append(_ records: [Record]) throws(AppendError) -> Range<Int64> { throw .closed }

  @discardableResult
  package func scan(from offset: Int64, to end: Int64?, _ body: (RecordView) -> ScanStep)
    throws(ReadError) -> Int64
  { preconditionFailure("not yet") }

  package func tail(from offset: Int64) -> Tail { Tail(offset: offset) }

  package func observe(_ body: @escaping @Sendable () -> Void) -> Observation { Observation {} }

  package func offset(forTime milliseconds: Int64) throws(ReadError) -> Int64 { 0 }

  /// Drains the queue, syncs, writes a clean recovery point and gives the lock back.
  package func close() {}
}
