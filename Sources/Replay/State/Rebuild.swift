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
  /// - Parameter usesCheckpoints: start at the nearest good one; the outcome is the same without.
  package func projection(
    at offset: Int64, usesCheckpoints: Bool = true
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
    do {
      try reader.scan(from: projection.next, to: offset + 1) { record in
        projection.apply(record)
        return .advance
      }
    } catch {
      throw Complaint(error)
    }
    return projection
  }
}
