internal import Hashing

/// Stands for an address in memory, as long as the process lives: a hash with a salt of this start.
///
/// It says whether two people share an address, and nothing else; it is neither logged nor printed.
package struct AddressKey: Hashable, Sendable, CustomStringConvertible {
  /// Of everybody whose address nobody could tell.
  package static let unknown = AddressKey(hash: 0)

  let hash: UInt64

  init(hash: UInt64) { self.hash = hash }

  package var description: String { "***" }
}

/// Makes ``AddressKey``s: 128 random bits, new at each start.
package struct AddressSalt: Sendable {
  private let salt: [UInt8]

  package init(random: some RandomNumberGenerator) {
    var random = random
    salt = [random.next(), random.next()].withUnsafeBytes { [UInt8]($0) }
  }

  /// The key of an IPv4 address, or of the /64 that an IPv6 address is in.
  package func key(of address: NetworkAddress) -> AddressKey {
    let network = address.network
    let words = [network.high.bigEndian, network.low.bigEndian]
    let digest = words.withUnsafeBytes { SHA256.digest(salt, [UInt8]($0)) }
    return AddressKey(hash: digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }
}
