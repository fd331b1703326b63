import Rooms

/// Whose budget a request is on, when proxies stand between.
enum ClientAddress {
  /// Hops of `X-Forwarded-For` that are looked at.
  private static let hopsMost = 32

  /// The first address, from the server outwards, that is none of our proxies'.
  ///
  /// Each proxy appends to `X-Forwarded-For` whom it heard from; whatever stands left of the first
  /// stranger, that stranger wrote. What cannot be read, or names only proxies, is laid to the
  /// account of the peer.
  ///
  /// - Parameter forwarded: the header's values in order, each a list with commas.
  static func behind(
    _ peer: NetworkAddress, _ forwarded: [String], _ proxies: [AddressRange]
  ) -> NetworkAddress {
    guard isProxy(peer, proxies) else { return peer }
    let hops = forwarded.flatMap {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    for hop in hops.reversed().prefix(hopsMost) {
      guard let address = address(hop) else { return peer }
      if !isProxy(address, proxies) { return address }
    }
    return peer
  }

  static func isProxy(_ address: NetworkAddress, _ proxies: [AddressRange]) -> Bool {
    proxies.contains { $0.contains(address) }
  }

  /// An address as proxies write it: bare, in brackets, with a port behind.
  private static func address(_ hop: Substring) -> NetworkAddress? {
    var text = hop.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    if text.first == "[" {
      guard let end = text.firstIndex(of: "]") else { return nil }
      let behind = text[text.index(after: end)...]
      guard behind.isEmpty || behind.first == ":" && isPort(behind.dropFirst()) else { return nil }
      return NetworkAddress(text[text.index(after: text.startIndex)..<end])
    }
    let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
    if colons == 1, let colon = text.firstIndex(of: ":") {
      guard isPort(text[text.index(after: colon)...]) else { return nil }
      text = text[..<colon]
    }
    return NetworkAddress(text)
  }

  private static func isPort(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt16(text) != nil
  }
}
