/// `recovery-point`: the end of what is known to be synced; never ahead of the disk.
///
///     {"version":1,"segment":0,"next":100,"position":5120,"crc":"89abcdef",
///      "durability":"commit","clean":false,"checksum":"…"}
struct RecoveryPoint: Equatable, Sendable {
  /// Bytes of the file.
  static let bytesMax: Int64 = 4_096

  /// Base offset of the segment it lies in.
  let segment: Int64
  /// The offset that comes next.
  let next: Int64
  /// Bytes of the segment before it.
  let position: Int64
  /// The stored checksum of the batch that ends there; 0 at position 0.
  let checksum: UInt32
  /// The weakest mode in which anything behind it was or may be written.
  let durability: Durability
  /// Nothing is behind it: the log was closed.
  let clean: Bool

  var bytes: [UInt8] {
    SealedText.bytes(
      "\"segment\":\(segment),\"next\":\(next),\"position\":\(position),"
        + "\"crc\":\"\(hexadecimal(checksum))\",\"durability\":\"\(durability)\",\"clean\":\(clean)"
    )
  }

  static func parse(_ bytes: [UInt8]) throws(SealedText.Fault) -> RecoveryPoint {
    let members = try SealedText.parse(bytes)
    guard let segment = members["segment"]?.integer, let next = members["next"]?.integer,
      let position = members["position"]?.integer, let clean = members["clean"]?.boolean,
      let checksum = members["crc"]?.string.flatMap({ UInt32($0, radix: 16) }),
      let durability = members["durability"]?.string.flatMap({ Durability($0) }),
      segment >= 0, next >= segment, position >= 0
    else { throw .malformed("fields missing or out of range") }
    return RecoveryPoint(
      segment: segment, next: next, position: position, checksum: checksum,
      durability: durability, clean: clean)
  }
}

extension Durability: CustomStringConvertible, LosslessStringConvertible {
  /// As in the recovery point: `commit`, `interval:1000` (milliseconds), `os`.
  package var description: String {
    switch self {
    case .commit: "commit"
    case .interval(let milliseconds): "interval:\(milliseconds)"
    case .os: "os"
    }
  }

  package init?(_ text: String) {
    switch text {
    case "commit": self = .commit
    case "os": self = .os
    default:
      guard text.hasPrefix("interval:"), let milliseconds = Int64(text.dropFirst(9)),
        milliseconds > 0
      else { return nil }
      self = .interval(milliseconds: milliseconds)
    }
  }
}
