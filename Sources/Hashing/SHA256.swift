internal import COpenSSL

/// SHA-256 (FIPS 180-4) by libcrypto.
package enum SHA256 {
  /// Bytes of a digest.
  package static let byteCount = 32

  /// The digest of the parts, one after another.
  package static func digest(_ parts: [UInt8]...) -> [UInt8] {
    let running = RunningSHA256()
    for part in parts { running.update(part) }
    return running.finish()
  }
}

/// A SHA-256 that takes its input in pieces.
package final class RunningSHA256 {
  private let context: OpaquePointer
  /// Looked up once: libcrypto searches its providers for `EVP_sha256()` each time it is used.
  ///
  /// `nonisolated(unsafe)`: never changed, and counted by libcrypto itself.
  private nonisolated(unsafe) static let algorithm = EVP_MD_fetch(nil, "SHA256", nil)

  package init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, Self.algorithm, nil) == 1
    else {
      preconditionFailure("libcrypto has no SHA-256 or no memory for it")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  package func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  package func update(_ bytes: UnsafeRawBufferPointer) {
    precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1)
  }

  /// The digest; the hash must not be used afterwards.
  package func finish() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { buffer, count in
      precondition(EVP_DigestFinal_ex(context, buffer.baseAddress, nil) == 1)
      count = SHA256.byteCount
    }
  }
}

/// SHA-1 (FIPS 180-4), only for the WebSocket handshake of RFC 6455, which asks for it.
package enum SHA1 {
  package static func digest(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 20) { buffer, count in
      precondition(EVP_Digest(bytes, bytes.count, buffer.baseAddress, nil, EVP_sha1(), nil) == 1)
      count = 20
    }
  }
}
