/// LZ4 frames.
///
/// Holds: never more bytes than the limit, and none behind the output's end.
enum FuzzedFrame {
  nonisolated(unsafe) private static let decompressor = FrameDecompressor()

  /// The first two bytes are the limit.
  static func run(_ input: [UInt8]) {
    guard input.count > 2 else { return }
    let limit = Int(input[0]) << 8 | Int(input[1])
    let output = UnsafeMutableRawBufferPointer.allocate(
      byteCount: limit + (input[0] & 1 == 0 ? LZ4Frame.blockBytes : 0), alignment: 16)
    defer { output.deallocate() }
    let frame = Array(input[2...])
    frame.withUnsafeBytes { bytes in
      guard let count = try? decompressor.decompress(bytes, to: output, limit: limit) else {
        return
      }
      require(count <= limit, "a frame gives no more than its limit")
    }
  }
}

/// The log's two small files, `meta.json` and `recovery-point`.
///
/// Holds: what is read, written and read again is the same.
enum FuzzedText {
  static func run(_ input: [UInt8]) {
    check(input)
    var sealed = input
    mend(&sealed)
    check(sealed)
    _ = JSON.parse(input)
  }

  private static func check(_ bytes: [UInt8]) {
    if let meta = try? Meta.parse(bytes) {
      require((try? Meta.parse(meta.bytes)) == meta, "meta.json comes back")
    }
    if let point = try? RecoveryPoint.parse(bytes) {
      require((try? RecoveryPoint.parse(point.bytes)) == point, "a recovery point comes back")
    }
  }

  /// Makes the checksum at the end right, if there is room for one.
  static func mend(_ bytes: inout [UInt8]) {
    let tail = ",\"checksum\":\"00000000\"}\n".utf8.count
    guard bytes.count > tail else { return }
    let body = Array(bytes.dropLast(tail))
    let checksum = body.withUnsafeBytes { crc32c($0) }
    bytes = body + Array(",\"checksum\":\"\(hexadecimal(checksum))\"}\n".utf8)
  }
}

/// Files that say which batches hold a key.
///
/// Holds: a list leads only to batches of the table.
enum FuzzedRooms {
  static func run(_ input: [UInt8]) {
    guard input.count > RoomTable.headerBytes + RoomTable.checksumBytes else { return }
    var bytes = input
    mend(&bytes)
    let base = Self.long(bytes, 8)
    let size = Self.long(bytes, 16)
    guard let table = RoomTable(bytes, base: base, logBytes: size) else { return }
    for key in [[], [UInt8]("lobby".utf8), [UInt8]("den".utf8), Array(input.prefix(5))] {
      for place in table.batches(of: key) {
        require(place.base >= base && place.position >= 0, "a place lies in the segment")
      }
    }
  }

  static func mend(_ bytes: inout [UInt8]) {
    guard bytes.count > RoomTable.headerBytes + RoomTable.checksumBytes else { return }
    BatchHeaderLength.write(RoomTable.magic, &bytes, at: 0)
    BatchHeaderLength.write(RoomTable.version, &bytes, at: 4)
    let body = bytes.count - RoomTable.checksumBytes
    let checksum = bytes.withUnsafeBytes { crc32c(UnsafeRawBufferPointer(rebasing: $0[..<body])) }
    BatchHeaderLength.write(checksum, &bytes, at: body)
  }

  private static func long(_ bytes: [UInt8], _ at: Int) -> Int64 {
    Int64(bitPattern: bytes[at..<at + 8].reduce(0) { $0 << 8 | UInt64($1) })
  }
}
