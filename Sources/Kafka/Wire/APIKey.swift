/// The requests that are understood, and in which versions.
///
/// Versions are those in which clients of the last ten years still find each other's features: a
/// minimum above what is listed makes librdkafka fall back to formats that are gone, so it is the
/// minimum that matters. Nothing is listed that is not answered.
/// Source: Apache Kafka's message schemas, `clients/src/main/resources/common/message`.
enum APIKey: Int16, CaseIterable {
  case produce = 0
  case fetch = 1
  case listOffsets = 2
  case metadata = 3
  case offsetCommit = 8
  case offsetFetch = 9
  case findCoordinator = 10
  case joinGroup = 11
  case heartbeat = 12
  case leaveGroup = 13
  case syncGroup = 14
  case describeGroups = 15
  case listGroups = 16
  case apiVersions = 18
  case initProducerID = 22

  var versions: ClosedRange<Int16> {
    switch self {
    case .produce: 0...7
    case .fetch: 4...11
    case .listOffsets: 2...2
    case .metadata: 4...4
    case .offsetCommit, .offsetFetch: 3...3
    case .findCoordinator: 0...1
    case .joinGroup: 5...5
    // aiokafka has no later heartbeat than the first two, and says so only when one is due.
    case .heartbeat: 1...3
    case .syncGroup, .describeGroups: 3...3
    case .leaveGroup, .listGroups: 1...1
    case .apiVersions: 0...3
    case .initProducerID: 0...0
    }
  }

  /// The first version whose header and body have tagged fields; only this one is in use here.
  static let flexibleAPIVersions: Int16 = 3
}

/// Kafka's error codes, as far as they are told.
enum ErrorCode: Int16, Sendable {
  case none = 0
  case offsetOutOfRange = 1
  case corruptMessage = 2
  case unknownTopicOrPartition = 3
  case offsetMetadataTooLarge = 12
  case coordinatorNotAvailable = 15
  case invalidTopic = 17
  case illegalGeneration = 22
  case inconsistentGroupProtocol = 23
  case invalidGroupID = 24
  case unknownMemberID = 25
  case invalidSessionTimeout = 26
  case rebalanceInProgress = 27
  case topicAuthorizationFailed = 29
  case unsupportedVersion = 35
  case invalidRequest = 42
  case transactionalIDAuthorizationFailed = 53
  case kafkaStorageError = 56
  case fetchSessionIDNotFound = 70
  case fencedLeaderEpoch = 74
  case unknownLeaderEpoch = 75
  case memberIDRequired = 79
  case groupMaxSizeReached = 81
  case fencedInstanceID = 82
}
