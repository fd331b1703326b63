internal import COpenSSL

/// Cryptographically strong random bytes by libcrypto, as a generator, so that a simulation can
/// hand in a seeded one instead.
package struct SecureRandom: RandomNumberGenerator, Sendable {
  package init() {}

  package func next() -> UInt64 {
    var value: UInt64 = 0
    withUnsafeMutableBytes(of: &value) { bytes in
      precondition(
        RAND_bytes(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(bytes.count)) == 1,
        "libcrypto gave no random bytes")
    }
    return value
  }
}

/// Whether two byte strings are equal, in a time that does not depend on where they differ.
package func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}
