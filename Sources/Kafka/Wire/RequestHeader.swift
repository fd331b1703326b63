/// What every request begins with.
///
///     INT16 API key | INT16 version | INT32 correlation ID | NULLABLE_STRING client ID | tags
///
/// Tags, an unsigned varint and what it counts, only where the version is flexible.
struct RequestHeader: Equatable {
  /// Bytes of key, version and correlation ID: nothing shorter can be answered.
  static let bytesLeast = 8

  let key: Int16
  let version: Int16
  let correlation: Int32
  /// Nil where the version is unknown, because then nobody knows what follows.
  let clientID: String?
  /// Nil for a key or a version that is not understood.
  let api: APIKey?

  var isEarlyOffsetCommit: Bool {
    key == APIKey.offsetCommit.rawValue && EarlyOffsetCommitRequest.versions ~= version
  }

  init(_ reader: inout WireReader) throws(WireFault) {
    key = try reader.integer()
    version = try reader.integer()
    correlation = try reader.integer()
    guard let api = APIKey(rawValue: key), api.versions ~= version else {
      (self.api, clientID) = (nil, nil)
      return
    }
    self.api = api
    clientID = try reader.nullableString()
  }
}
