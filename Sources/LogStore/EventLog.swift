/// The log as every other part sees it: bytes, in order, durable.
package protocol EventLog: Sendable {
  /// The present snapshot; never waits for the writer.
  var state: LogState { get }

  /// Queues records, all or none, and returns the offset the first will get if nothing is refused.
  ///
  /// Does not block. What one caller submits is written in that order, and the log adds nothing of
  /// its own. One array becomes one batch where it fits (4,096 records, 1 MiB).
  @discardableResult
  func submit(_ records: [Record], generation: UInt64) throws(AppendError) -> Int64

  /// Submits and blocks until durable.
  @discardableResult
  func append(_ records: [Record]) throws(AppendError) -> Range<Int64>

  /// Hands out committed records from `offset` to before `end` (or what is committed now), in
  /// order; returns the next offset to ask for. Reads the disk: never on an event loop.
  @discardableResult
  func scan(from offset: Int64, to end: Int64?, _ body: (RecordView) -> ScanStep)
    throws(ReadError) -> Int64

  /// The same for records of one key, past batches without it; returns `end` if nothing is left.
  ///
  /// Returns earlier, at an offset to go on from, once `limit` records of other keys had to be
  /// passed over one by one, at the end of that batch.
  @discardableResult
  func scan(
    from offset: Int64, to end: Int64?, key: [UInt8], passing limit: Int,
    _ body: (RecordView) -> ScanStep
  ) throws(ReadError) -> Int64

  /// A reader that follows from `offset` on.
  func tail(from offset: Int64) -> Tail

  /// Calls `body` on the writer's thread after every commit, refusal or change of health.
  ///
  /// It must be quick: set a flag, wake somebody, return.
  func observe(_ body: @escaping @Sendable () -> Void) -> Observation

  /// The first offset whose time is at or after `milliseconds`; `next` if there is none.
  func offset(forTime milliseconds: Int64) throws(ReadError) -> Int64
}
