/// HMAC-SHA256 (RFC 2104).
package enum HMAC {
  private static let blockBytes = 64

  /// The code of the message under the key, 32 bytes.
  package static func sha256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    var block = key.count > blockBytes ? SHA256.digest(key) : key
    block += [UInt8](repeating: 0, count: blockBytes - block.count)
    let inner = SHA256.digest(block.map { $0 ^ 0x36 }, message)
    return SHA256.digest(block.map { $0 ^ 0x5C }, inner)
  }
}
