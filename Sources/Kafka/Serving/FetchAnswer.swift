import LogStore
import NIOCore

/// An answer to a fetch, with what lay in the log when it was made.
struct FetchAnswer: Sendable {
  var frame = ByteBuffer()
  /// Bytes of batches in it.
  var bytes = 0
  /// Something in it cannot wait for more records.
  var hasError = false

  /// Reads the disk where there is something to read: not on an event loop then.
  ///
  /// - Parameter bytesMost: of batches; the first one comes whatever its size.
  init(_ request: FetchRequest, _ correlation: Int32, log: Log, bytesMost: Int) {
    let left = min(bytesMost, max(0, Int(request.bytesMost)))
    var answer = (bytes: 0, hasError: false)
    frame = ResponseFrame.make(correlation, capacity: 256) { buffer in
      guard request.session == 0 else {
        answer.hasError = true
        request.writeHead(&buffer, error: .fetchSessionIDNotFound)
        return buffer.writeArray([Int]()) { _, _ in }
      }
      request.writeHead(&buffer, error: .none)
      buffer.writeArray(request.topics) { buffer, topic in
        buffer.writeText(topic.name)
        buffer.writeArray(topic.partitions) { buffer, partition in
          let (bytes, error) = Self.write(
            partition, of: topic.name, request, log, bytesMost: left - answer.bytes,
            isFirst: answer.bytes == 0, &buffer)
          answer.bytes += bytes
          if error != .none { answer.hasError = true }
        }
      }
    }
    (bytes, hasError) = answer
  }

  private static func write(
    _ partition: FetchRequest.Partition, of topic: String, _ request: FetchRequest, _ log: Log,
    bytesMost: Int, isFirst: Bool, _ buffer: inout ByteBuffer
  ) -> (bytes: Int, error: ErrorCode) {
    let state = log.state
    var error = fault(partition, of: topic, state)
    let isHere = LogTopic.check(topic, partition.index) == .none
    let head = FetchedPartition(
      index: partition.index, error: error, highWatermark: isHere ? state.next : -1,
      start: isHere ? state.start : -1)
    var bytes = 0
    request.write(head, to: &buffer) { buffer in
      guard error == .none, isFirst || bytesMost > 0 else { return error }
      let most = min(bytesMost, max(0, Int(partition.bytesMost)))
      do throws(ReadError) {
        _ = try log.batches(from: partition.offset, to: state.next, bytesMax: most) { batch in
          buffer.writeBytes(batch)
          bytes += batch.count
        }
      } catch let failure {
        error = code(failure)
      }
      return error
    }
    return (bytes, error)
  }

  /// What is wrong with what is asked, as far as it can be known without reading.
  static func fault(
    _ partition: FetchRequest.Partition, of topic: String, _ state: LogState
  ) -> ErrorCode {
    guard LogTopic.check(topic, partition.index) == .none else { return .unknownTopicOrPartition }
    // One leader, whose epoch is 0 for ever.
    guard -1...0 ~= partition.leaderEpoch else {
      return partition.leaderEpoch > 0 ? .unknownLeaderEpoch : .fencedLeaderEpoch
    }
    return state.start...state.next ~= partition.offset ? .none : .offsetOutOfRange
  }

  private static func code(_ error: ReadError) -> ErrorCode {
    switch error {
    case .outOfRange: .offsetOutOfRange
    case .damaged: .corruptMessage
    case .io: .kafkaStorageError
    }
  }
}
