/// What a client asks, read whole; nothing of it is believed before.
enum Request: Equatable {
  case apiVersions
  case metadata(MetadataRequest)
  case produce(ProduceRequest)
  case initProducerID(isTransactional: Bool)
  case listOffsets(ListOffsetsRequest)
  case fetch(FetchRequest)
  case findCoordinator(FindCoordinatorRequest)
  case joinGroup(JoinGroupRequest)
  case syncGroup(SyncGroupRequest)
  case heartbeat(HeartbeatRequest)
  case leaveGroup(LeaveGroupRequest)
  case offsetCommit(OffsetCommitRequest)
  case earlyOffsetCommit(EarlyOffsetCommitRequest)
  case offsetFetch(OffsetFetchRequest)
  case listGroups
  case describeGroups(DescribeGroupsRequest)
}

/// One request: its header, and what it asks; nil where the version is not understood.
struct ReceivedRequest: Equatable {
  let header: RequestHeader
  let request: Request?

  /// - Parameter bytes: what the length counts.
  init(_ bytes: [UInt8]) throws(WireFault) {
    var reader = WireReader(bytes)
    header = try RequestHeader(&reader)
    guard let api = header.api else {
      request = try header.isEarlyOffsetCommit ? Request(early: header.version, &reader) : nil
      return
    }
    request = try Request(api, header.version, &reader)
    // The flexible ApiVersions names the client's software, which is nothing to us.
    guard api == .apiVersions || reader.isAtEnd else {
      throw WireFault("more bytes than a \(api) request of version \(header.version) has")
    }
  }
}

extension Request {
  /// - Parameter early: the version of an OffsetCommit that is only refused.
  init(early version: Int16, _ reader: inout WireReader) throws(WireFault) {
    _ = try reader.nullableString()
    self = .earlyOffsetCommit(try EarlyOffsetCommitRequest(&reader, version))
    guard reader.isAtEnd else { throw WireFault("more bytes than an early OffsetCommit has") }
  }

  init(_ api: APIKey, _ version: Int16, _ reader: inout WireReader) throws(WireFault) {
    switch api {
    case .apiVersions: self = .apiVersions
    case .metadata: self = .metadata(try MetadataRequest(&reader))
    case .produce: self = .produce(try ProduceRequest(&reader, version))
    case .initProducerID:
      let transaction = try reader.nullableString()
      _ = try reader.integer(Int32.self)
      self = .initProducerID(isTransactional: transaction != nil)
    case .listOffsets: self = .listOffsets(try ListOffsetsRequest(&reader))
    case .fetch: self = .fetch(try FetchRequest(&reader, version))
    case .findCoordinator: self = .findCoordinator(try FindCoordinatorRequest(&reader, version))
    case .joinGroup: self = .joinGroup(try JoinGroupRequest(&reader))
    case .syncGroup: self = .syncGroup(try SyncGroupRequest(&reader))
    case .heartbeat: self = .heartbeat(try HeartbeatRequest(&reader, version))
    case .leaveGroup: self = .leaveGroup(try LeaveGroupRequest(&reader))
    case .offsetCommit: self = .offsetCommit(try OffsetCommitRequest(&reader))
    case .offsetFetch: self = .offsetFetch(try OffsetFetchRequest(&reader))
    case .listGroups: self = .listGroups
    case .describeGroups: self = .describeGroups(try DescribeGroupsRequest(&reader))
    }
  }
}

/// What a request says of one topic: its partitions, with something beside each.
struct TopicPartitions<Partition> {
  let name: String
  let partitions: [Partition]

  init(
    _ reader: inout WireReader, _ partition: (inout WireReader) throws(WireFault) -> Partition
  ) throws(WireFault) {
    name = try reader.string()
    partitions = try reader.array(partition)
  }

  init(name: String, partitions: [Partition]) {
    self.name = name
    self.partitions = partitions
  }
}

extension TopicPartitions: Equatable where Partition: Equatable {}
extension TopicPartitions: Sendable where Partition: Sendable {}
