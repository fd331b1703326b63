import LogStore
import NIOCore

/// Groups: requests that wait for other members, and places that wait for the disk.
extension KafkaLoop {
  func join(_ request: JoinGroupRequest, _ correlation: Int32, for connection: KafkaConnection) {
    let ticket = ticket()
    members[ticket] = (connection, correlation, request.group)
    settle(groups.join(request, ticket, client: connection.client, now: now))
  }

  func sync(_ request: SyncGroupRequest, _ correlation: Int32, for connection: KafkaConnection) {
    let ticket = ticket()
    members[ticket] = (connection, correlation, request.group)
    settle(groups.sync(request, ticket, now: now))
  }

  func leave(_ request: LeaveGroupRequest) -> ErrorCode {
    let (error, settled) = groups.leave(request, now: now)
    settle(settled)
    return error
  }

  func settle(_ settled: [SettledRequest]) {
    for settled in settled {
      guard let member = members.removeValue(forKey: settled.ticket) else { continue }
      member.connection.answer(
        ResponseFrame.make(member.correlation) { settled.answer.write(&$0) })
    }
  }

  func commit(
    _ request: OffsetCommitRequest, _ correlation: Int32, for connection: KafkaConnection
  ) {
    let refusal = groups.mayCommit(request, now: now)
    var place: CommittedOffset?
    func fault(_ topic: String, _ partition: OffsetCommitRequest.Partition) -> ErrorCode {
      if refusal != .none { return refusal }
      if !groups.fits(partition.metadata) { return .offsetMetadataTooLarge }
      if partition.offset < 0 { return .invalidRequest }
      return LogTopic.check(topic, partition.index)
    }
    for topic in request.topics {
      for partition in topic.partitions where fault(topic.name, partition) == .none {
        place = CommittedOffset(
          offset: partition.offset, metadata: partition.metadata, time: wall)
      }
    }
    func answer(_ failure: ErrorCode) {
      connection.answer(
        ResponseFrame.make(correlation) { buffer in
          request.write(&buffer) { topic, partition in
            let error = fault(topic, partition)
            return error == .none ? failure : error
          }
        })
    }
    guard let place else { return answer(.none) }
    write(place, of: request.group) { answer($0) }
  }

  /// A place that is durable is known to everybody.
  private func write(
    _ place: CommittedOffset?, of group: String, done: @escaping (ErrorCode) -> Void
  ) {
    let promise = eventLoop.makePromise(of: Void.self)
    offsets.commit(OffsetRecord(group: group, place: place)) { error in
      if let error { promise.fail(error) } else { promise.succeed() }
    }
    promise.futureResult.assumeIsolated().whenComplete { [weak self] result in
      guard let self else { return }
      switch result {
      case .success:
        groups.committed(place, by: group)
        done(.none)
      case .failure(let error):
        options.report("kafka: the place of a group was not written: \(error)")
        // Clients try again.
        done(.coordinatorNotAvailable)
      }
    }
  }

  func forget(group: String) { write(nil, of: group) { _ in } }
}
