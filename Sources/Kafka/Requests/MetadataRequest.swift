/// Metadata v4: which topics there are, and who has them.
///
///     request   ARRAY of STRING topic, null for all | BOOLEAN may create
struct MetadataRequest: Equatable {
  /// Nil for all there are.
  let topics: [String]?

  init(_ reader: inout WireReader) throws(WireFault) {
    topics = try reader.nullableArray { (reader) throws(WireFault) in try reader.string() }
    // Topics are not made here, whatever a client would like.
    _ = try reader.boolean()
  }
}
