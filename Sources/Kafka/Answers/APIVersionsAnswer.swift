import NIOCore

/// ApiVersions: what is understood here.
///
///     v0  INT16 error | ARRAY of (INT16 key, INT16 least, INT16 most)
///     v1  the same | INT32 throttle
///     v3  INT16 error | compact array of (INT16, INT16, INT16, tags) | INT32 throttle | tags
///
/// No tagged field is ever sent: librdkafka before 2.2.0 skips those one byte short.
enum APIVersionsAnswer {
  /// - Parameter version: of the request; one above what is known is answered in version 0, from
  ///   which every client reads what to ask with.
  static func write(_ buffer: inout ByteBuffer, version: Int16) {
    let isKnown = APIKey.apiVersions.versions ~= version
    buffer.write(isKnown ? .none : .unsupportedVersion)
    let isFlexible = isKnown && version >= APIKey.flexibleAPIVersions
    if isFlexible {
      buffer.writeInteger(UInt8(APIKey.allCases.count + 1))
    } else {
      buffer.writeInteger(Int32(APIKey.allCases.count))
    }
    for key in APIKey.allCases {
      buffer.writeInteger(key.rawValue)
      buffer.writeInteger(key.versions.lowerBound)
      buffer.writeInteger(key.versions.upperBound)
      if isFlexible { buffer.writeInteger(UInt8(0)) }
    }
    guard isKnown, version >= 1 else { return }
    buffer.writeNoThrottle()
    if isFlexible { buffer.writeInteger(UInt8(0)) }
  }
}
