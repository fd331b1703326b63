import NIOCore

/// `HOST:PORT`, with an IPv6 host in brackets.
package struct ListenAddress: Equatable, Sendable, CustomStringConvertible {
  package var host: String
  /// 0: any free one.
  package var port: Int

  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Parses `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`; nil when it is none of these.
  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty else { return nil }
    self.init(host: String(host), port: Int(port))
  }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// Whether only this machine can reach it: 127.0.0.0/8, ::1, or a name that stands for one of
  /// them.
  ///
  /// False for a name that cannot be looked up. Blocks for the look-up of a name.
  package var isLoopback: Bool {
    guard let address = try? SocketAddress.makeAddressResolvingHost(host, port: port) else {
      return false
    }
    return address.ipAddress.map { $0.hasPrefix("127.") || $0 == "::1" } ?? false
  }
}
