internal import Chat
internal import LogStore
internal import Hashing

/// A projection as a file: where a fold may start instead of at zero.
///
/// Never trusted over the log.
///
///     {"format":1,"epoch":"…","next":N,"digest":"…"}\n      what it is
///     {"room":"…",…}\n                                       one line a room, sorted by name
///     crc32c:xxxxxxxx\n                                       over every byte before this line
///
/// `next` is the offset to fold next. A file that is not exactly this is ignored.
package struct Checkpoint: Sendable {
  static let format: Int64 = 1
  /// The largest file that is read, 1 GiB.
  package static let bytesMost = 1 << 30

  package var epoch: String
  package var projection: Projection

  package init(epoch: String, projection: Projection) {
    self.epoch = epoch
    self.projection = projection
  }

  /// The last offset folded.
  package var offset: Int64 { projection.next - 1 }

  package var encoded: [UInt8] {
    var json = JSONWriter(reserving: 1 << 16)
    json.beginObject()
    json.field("format", Self.format)
    json.field("epoch", epoch)
    json.field("next", projection.next)
    json.field("digest", projection.digest.hex)
    json.endObject()
    for (name, state) in projection.sortedRooms {
      json.newLine()
      json.beginObject()
      json.field("room", name.text)
      state.encode(&json)
      json.endObject()
    }
    json.newLine()
    return json.bytes + Array("crc32c:\(Self.checksum(json.bytes))\n".utf8)
  }

  private static let trailer = "crc32c:00000000\n".utf8.count

  /// CRC-32C as eight hex digits.
  private static func checksum(_ bytes: [UInt8]) -> String {
    let crc = bytes.withUnsafeBytes { crc32c($0) }
    return withUnsafeBytes(of: crc.bigEndian) { [UInt8]($0) }.hex
  }

  /// Reads a checkpoint; nil when anything about it is wrong.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count > Self.trailer else { return nil }
    let body = Array(bytes.dropLast(Self.trailer))
    let crc = Array("crc32c:\(Self.checksum(body))\n".utf8)
    guard bytes.suffix(Self.trailer).elementsEqual(crc) else { return nil }
    let lines = body.split(separator: UInt8(ascii: "\n"))
    guard let first = lines.first, let head = Self.object(first),
      head.integer("format") == Self.format, let epoch = head.string("epoch"),
      let next = head.integer("next"), let digest = head.string("digest")
    else { return nil }
    var rooms: [(RoomName, RoomState)] = []
    for line in lines.dropFirst() {
      guard let object = Self.object(line),
        let room = object.string("room").flatMap({ RoomName($0) }),
        let state = RoomState(checkpoint: object)
      else { return nil }
      rooms.append((room, state))
    }
    let projection = Projection(next: next, rooms: rooms)
    guard projection.digest.hex == digest else { return nil }
    self.init(epoch: epoch, projection: projection)
  }

  private static func object(_ line: ArraySlice<UInt8>) -> JSONObject? {
    let parsed = line.withUnsafeBytes { try? JSONParser.parse($0, depth: 8) }
    guard case .object(let object)? = parsed else { return nil }
    return object
  }
}
