/// A small JSON file that carries its own checksum, so that a flipped bit in it is found.
///
///     {"version":1, ... ,"checksum":"89abcdef"}\n
///
/// The checksum is the CRC-32C of every byte before its comma.
enum SealedText {
  /// The format version this release writes and reads.
  static let version: Int64 = 1

  enum Fault: Error, Equatable {
    case version(Int64)
    case malformed(String)
  }

  private static let tailBytes = ",\"checksum\":\"00000000\"}\n".utf8.count

  /// The file's bytes for members written as `"name":value,...`.
  static func bytes(_ members: String) -> [UInt8] {
    let body = [UInt8]("{\"version\":\(version),\(members)".utf8)
    let checksum = body.withUnsafeBytes { crc32c($0) }
    return body + [UInt8](",\"checksum\":\"\(hexadecimal(checksum))\"}\n".utf8)
  }

  /// The members, once version and checksum are right.
  static func parse(_ bytes: [UInt8]) throws(Fault) -> JSON {
    guard let members = JSON.parse(bytes), let found = members["version"]?.integer else {
      throw .malformed("not the JSON it must be")
    }
    guard found == version else { throw .version(found) }
    guard bytes.count > tailBytes, let stored = members["checksum"]?.string else {
      throw .malformed("no checksum")
    }
    let computed = bytes.dropLast(tailBytes).withUnsafeBytes { crc32c($0) }
    guard stored == hexadecimal(computed) else {
      throw .malformed("checksum is \(hexadecimal(computed)), not \(stored) as stored")
    }
    return members
  }
}
