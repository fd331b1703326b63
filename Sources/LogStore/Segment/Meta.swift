/// `meta.json`: what is known of the log beside its batches.
///
///     {"version":1,"epochs":[{"id":"abcdefgh","start":0}],
///      "segments":[{"base":0,"next":100,"bytes":5120,"crc":"89abcdef"}],"checksum":"…"}
struct Meta: Equatable, Sendable {
  /// A sealed segment: its offsets, its size, and the CRC-32C of the whole file.
  struct Entry: Equatable, Sendable {
    let base: Int64
    let next: Int64
    let bytes: Int64
    let checksum: UInt32
  }

  /// Bytes of the file; 100,000 segments of 64 MiB take 8 MiB.
  static let bytesMax: Int64 = 64 << 20

  var epochs: [Epoch]
  var segments: [Entry] = []

  var bytes: [UInt8] {
    let epochs = epochs.map { "{\"id\":\"\($0.id)\",\"start\":\($0.start)}" }
    let segments = segments.map {
      "{\"base\":\($0.base),\"next\":\($0.next),\"bytes\":\($0.bytes),"
        + "\"crc\":\"\(hexadecimal($0.checksum))\"}"
    }
    return SealedText.bytes(
      "\"epochs\":[\(epochs.joined(separator: ","))],"
        + "\"segments\":[\(segments.joined(separator: ","))]")
  }

  static func parse(_ bytes: [UInt8]) throws(SealedText.Fault) -> Meta {
    let members = try SealedText.parse(bytes)
    guard let epochs = members["epochs"]?.array, let segments = members["segments"]?.array else {
      throw .malformed("no epochs or no segments")
    }
    var meta = Meta(epochs: [])
    for epoch in epochs {
      guard let id = epoch["id"]?.string, let start = epoch["start"]?.integer, start >= 0 else {
        throw .malformed("epoch \(meta.epochs.count)")
      }
      meta.epochs.append(Epoch(id: id, start: start))
    }
    guard !meta.epochs.isEmpty else { throw .malformed("no epoch") }
    for segment in segments {
      guard let base = segment["base"]?.integer, let next = segment["next"]?.integer,
        let bytes = segment["bytes"]?.integer, base >= 0, next > base, bytes > 0,
        let checksum = segment["crc"]?.string.flatMap({ UInt32($0, radix: 16) })
      else { throw .malformed("segment \(meta.segments.count)") }
      meta.segments.append(Entry(base: base, next: next, bytes: bytes, checksum: checksum))
    }
    return meta
  }

  func entry(base: Int64) -> Entry? { segments.first { $0.base == base } }
}
