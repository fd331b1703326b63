import LogStore

/// Finds offsets by time; reads the disk.
enum OffsetLookup {
  static func find(_ partition: ListOffsetsRequest.Partition, of topic: String, in log: Log)
    -> FoundOffset
  {
    let error = LogTopic.check(topic, partition.index)
    guard error == .none else { return FoundOffset(error: error) }
    let state = log.state
    switch partition.time {
    case ListOffsetsRequest.latest: return FoundOffset(offset: state.next)
    case ListOffsetsRequest.earliest: return FoundOffset(offset: state.start)
    case ..<0: return FoundOffset(error: .invalidRequest)
    default: break
    }
    do throws(ReadError) {
      return try record(at: log.offset(forTime: partition.time), in: log)
    } catch {
      if case .damaged = error { return FoundOffset(error: .corruptMessage) }
      return FoundOffset(error: .kafkaStorageError)
    }
  }

  /// The record with its own time, which clients want to see; nothing where there is none yet.
  private static func record(at offset: Int64, in log: Log) throws(ReadError) -> FoundOffset {
    var found = FoundOffset()
    guard offset < log.state.next else { return found }
    _ = try log.scan(from: offset, to: offset + 1) { view in
      found = FoundOffset(time: view.timestamp, offset: view.offset)
      return .stop
    }
    return found
  }
}
