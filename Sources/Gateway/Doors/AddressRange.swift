import Glibc
import NIOCore
package import Rooms

/// A network in the notation ADDRESS/BITS (RFC 4632, RFC 4291): `10.0.0.0/8`, `fd00::/8`; an
/// address alone is a network of one.
package struct AddressRange: Equatable, Sendable {
  private let base: NetworkAddress
  /// Leading bits that count, of 128.
  private let bits: Int

  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = NetworkAddress(parts[0]) else { return nil }
    let most = address.isIPv4 ? 32 : 128
    var bits = most
    if parts.count == 2 {
      guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let given = Int(parts[1]),
        given <= most
      else { return nil }
      bits = given
    }
    self.bits = bits + (128 - most)
    base = address.prefix(self.bits)
  }

  /// This machine alone: 127.0.0.0/8 and ::1.
  static func isLoopback(_ address: NetworkAddress) -> Bool {
    loopback.contains { $0.contains(address) }
  }

  private static let loopback = ["127.0.0.0/8", "::1"].compactMap { AddressRange($0) }

  package func contains(_ address: NetworkAddress) -> Bool { address.prefix(bits) == base }
}

extension NetworkAddress {
  /// `192.0.2.7` or `2001:db8::7`; nil when it is neither.
  package init?(_ text: some StringProtocol) {
    let text = String(text)
    var ipv4 = in_addr()
    if inet_pton(AF_INET, text, &ipv4) == 1 {
      self.init(ipv4: UInt32(bigEndian: ipv4.s_addr))
      return
    }
    var ipv6 = in6_addr()
    guard inet_pton(AF_INET6, text, &ipv6) == 1 else { return nil }
    self.init(ipv6)
  }

  private init(_ ipv6: in6_addr) {
    self = withUnsafeBytes(of: ipv6) { bytes in
      NetworkAddress(
        high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
        low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
  }

  /// Nil for what has no address, as a socket in the file system.
  init?(_ address: SocketAddress?) {
    guard let text = address?.ipAddress else { return nil }
    self.init(text)
  }

  fileprivate func prefix(_ bits: Int) -> NetworkAddress {
    NetworkAddress(
      high: bits >= 64 ? high : high & ~(UInt64.max >> UInt64(bits)),
      low: bits >= 128 ? low : bits <= 64 ? 0 : low & ~(UInt64.max >> UInt64(bits - 64)))
  }
}
