internal import Glibc
package import LogStore
package import Projector

/// Makes the past again: the state after any offset, from the log alone.
package struct Rebuild {
  package let reader: LogReader
  private let checkpoints: CheckpointDirectory

  /// Opens a data directory, copied or in use; nothing is written.
  package init(data: String) throws(Complaint) {
    do {
      reader = try LogReader.openReadOnly(data) { AdminLine.committedEnd(of: data) }
    } catch {
      throw Complaint(error, data: data)
    }
    checkpoints = CheckpointDirectory(data: data)
  }

  /// The last committed offset that can be seen; −1 (or start − 1) of an empty log.
  package var last: Int64 { reader.state.next - 1 }

  /// The newest good checkpoint's fold; nil if there is none.
  package var newestCheckpoint: Projection? {
    checkpoints.newest(of: reader.state, upTo: reader.state.next)?.projection
  }

  /// The state after every event with an offset up to this one.
  ///
  /// - Parameters:
  ///   - usesCheckpoints: start at the nearest good one; the outcome is the same without.
  ///   - threads: how many decode; the outcome is the same with one.
  package func projection(
    at offset: Int64, usesCheckpoints: Bool = true, threads: Int = Self.threads
  ) throws(Complaint) -> Projection {
    let start = reader.state.start
    var projection = Projection(next: start)
    if usesCheckpoints,
      let checkpoint = checkpoints.newest(of: reader.state, upTo: offset + 1),
      checkpoint.projection.next >= start
    {
      projection = checkpoint.projection
    } else if start > 0 {
      throw Complaint(
        .difference, "the log begins at offset \(start), and no checkpoint says what was before it")
    }
    guard projection.next <= offset else { return projection }
    try fold(&projection, to: offset + 1, threads: threads)
    return projection
  }

  /// Folds everything before `end` into a projection.
  package func fold(
    _ projection: inout Projection, to end: Int64, threads: Int = Self.threads
  ) throws(Complaint) {
    do throws(ReadError) {
      guard threads > 1, end - projection.next > Self.worthThreads else {
        try reader.scan(from: projection.next, to: end) { record in
          projection.apply(record)
          return Interruption.isRequested ? .stop : .advance
        }
        return
      }
      try reader.scan(
        from: projection.next, to: end, threads: threads, pieces: { FoldBlock() },
        begin: { $0.removeAll() }, decode: { $1.append($0) }
      ) { block in
        projection.apply(block)
        return Interruption.isRequested ? .stop : .advance
      }
    } catch {
      throw Complaint(error)
    }
    guard projection.next >= end else {
      throw Complaint(
        .interrupted, "interrupted at offset \(projection.next) of \(end): nothing to go on with")
    }
  }

  /// Events from which on helping threads are worth their start.
  private static let worthThreads: Int64 = 20_000
  /// Threads that decode unless somebody says otherwise: one a processor, four at most.
  package static let threads = max(1, min(4, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
}
