/// `meta.json`: what is known of the log beside its batches.
///
///     {"version":1,"epochs":[{"id":"abcdefgh","start":0}],"start":0,
///      "segments":[{"base":0,"next":100,"bytes":5120,"crc":"89abcdef"}],"checksum":"…"}
///
/// `start` is the first offset there is: segments before it were let go. A segment that is about to
/// be replaced by a smaller file of the same records has also
/// `"rewritten":{"bytes":2048,"crc":"89abcdef"}` and may be either; afterwards it has
/// `"shrunk":true`.
struct Meta: Equatable, Sendable {
  /// The size of a sealed segment's file, and the CRC-32C of all of it.
  struct File: Equatable, Sendable {
    let bytes: Int64
    let checksum: UInt32
  }

  /// A sealed segment: its offsets and its file.
  struct Entry: Equatable, Sendable {
    let base: Int64
    let next: Int64
    let bytes: Int64
    let checksum: UInt32
    /// What the file is, or will be, once it is replaced; always smaller.
    var rewritten: File?
    /// There is nothing to gain by rewriting it any more.
    var isShrunk = false

    /// The same with one file only, the one of this size; `nil` if neither has it.
    func settled(onBytes found: Int64) -> Entry? {
      if found == bytes {
        return Entry(
          base: base, next: next, bytes: bytes, checksum: checksum, isShrunk: isShrunk)
      }
      guard let rewritten, found == rewritten.bytes else { return nil }
      return Entry(
        base: base, next: next, bytes: rewritten.bytes, checksum: rewritten.checksum,
        isShrunk: true)
    }
  }

  /// Bytes of the file; 100,000 segments of 64 MiB take 8 MiB.
  static let bytesMax: Int64 = 64 << 20

  var epochs: [Epoch]
  /// The first offset that is kept.
  var start: Int64 = 0
  var segments: [Entry] = []

  var bytes: [UInt8] {
    let epochs = epochs.map { "{\"id\":\"\($0.id)\",\"start\":\($0.start)}" }
    let segments = segments.map {
      "{\"base\":\($0.base),\"next\":\($0.next),\"bytes\":\($0.bytes),"
        + "\"crc\":\"\(hexadecimal($0.checksum))\"\(Self.addition(to: $0))}"
    }
    return SealedText.bytes(
      "\"epochs\":[\(epochs.joined(separator: ","))],\"start\":\(start),"
        + "\"segments\":[\(segments.joined(separator: ","))]")
  }

  private static func addition(to entry: Entry) -> String {
    if let file = entry.rewritten {
      return ",\"rewritten\":{\"bytes\":\(file.bytes),\"crc\":\"\(hexadecimal(file.checksum))\"}"
    }
    return entry.isShrunk ? ",\"shrunk\":true" : ""
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
    guard let first = meta.epochs.first else { throw .malformed("no epoch") }
    // A log of before there was retention has all it ever had.
    meta.start = members["start"]?.integer ?? first.start
    guard meta.start >= 0 else { throw .malformed("start") }
    for segment in segments {
      guard let entry = entry(segment) else {
        throw .malformed("segment \(meta.segments.count)")
      }
      meta.segments.append(entry)
    }
    return meta
  }

  private static func entry(_ segment: JSON) -> Entry? {
    guard let base = segment["base"]?.integer, let next = segment["next"]?.integer, base >= 0,
      next > base, let file = file(segment)
    else { return nil }
    var entry = Entry(base: base, next: next, bytes: file.bytes, checksum: file.checksum)
    entry.isShrunk = segment["shrunk"]?.boolean ?? false
    if let rewritten = segment["rewritten"] {
      guard let smaller = Self.file(rewritten), smaller.bytes < file.bytes else { return nil }
      entry.rewritten = smaller
    }
    return entry
  }

  private static func file(_ members: JSON) -> File? {
    guard let bytes = members["bytes"]?.integer, bytes > 0,
      let checksum = members["crc"]?.string.flatMap({ UInt32($0, radix: 16) })
    else { return nil }
    return File(bytes: bytes, checksum: checksum)
  }

  func index(base: Int64) -> Int? { segments.firstIndex { $0.base == base } }
  func entry(base: Int64) -> Entry? { index(base: base).map { segments[$0] } }
}
