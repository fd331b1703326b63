/// Where a connection comes from: 128 bits, an IPv4 address in its IPv6 form (::ffff:a.b.c.d).
///
/// It identifies people, so it never prints itself.
package struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
  package let high: UInt64
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  package init(ipv4: UInt32) { self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(ipv4)) }

  package var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

  /// Whose budget it shares: an IPv4 address its own, an IPv6 address its /64's, all of which one
  /// customer usually has.
  package var network: NetworkAddress { isIPv4 ? self : NetworkAddress(high: high, low: 0) }

  package var description: String { "***" }
}
