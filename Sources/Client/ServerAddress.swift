/// Where a server listens, from `--server`: `http://HOST[:PORT]` or `ws://HOST[:PORT]`.
///
/// TLS is a proxy's business, so `https` and `wss` are refused by name rather than as noise.
package struct ServerAddress: Equatable, Sendable {
  package let host: String
  package let port: Int

  /// The port of a URL that names none.
  static let portByDefault = 80

  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Parses a URL given on the command line; brackets around an IPv6 address are taken off.
  package init(url: String) throws(ServerAddressError) {
    guard let mark = url.firstRange(of: "://") else { throw .noScheme(url) }
    let scheme = url[..<mark.lowerBound].lowercased()
    if scheme == "https" || scheme == "wss" { throw .needsTLS(url) }
    guard scheme == "http" || scheme == "ws" else { throw .unknownScheme(scheme) }
    var rest = url[mark.upperBound...]
    if let end = rest.firstIndex(where: { $0 == "/" || $0 == "?" || $0 == "#" }) {
      guard rest[end...] == "/" else { throw .hasPath(url) }
      rest = rest[..<end]
    }
    guard !rest.contains("@") else { throw .noHost(url) }
    var port = Self.portByDefault
    if let colon = rest.lastIndex(of: ":"), rest[colon...].firstIndex(of: "]") == nil,
      rest.first == "[" || rest.firstIndex(of: ":") == colon
    {
      let digits = rest[rest.index(after: colon)...]
      guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits),
        (1...65_535).contains(number)
      else { throw .badPort(String(digits)) }
      port = number
      rest = rest[..<colon]
    }
    if rest.first == "[" {
      guard rest.last == "]" else { throw .noHost(url) }
      rest = rest.dropFirst().dropLast()
    } else if rest.contains(":") {
      throw .noHost(url)
    }
    guard !rest.isEmpty, !rest.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
      throw .noHost(url)
    }
    self.init(host: String(rest), port: port)
  }

  /// `HOST:PORT` as a `Host` header and a person read it.
  package var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Why a `--server` URL names no server.
package enum ServerAddressError: Error, Equatable, Sendable, CustomStringConvertible {
  case noScheme(String)
  case unknownScheme(String)
  case needsTLS(String)
  case hasPath(String)
  case noHost(String)
  case badPort(String)

  package var description: String {
    switch self {
    case .noScheme(let url):
      "'\(url)' is no server URL; write http://HOST:PORT, as the server printed it"
    case .unknownScheme(let scheme):
      "'\(scheme)://' is not spoken here; write http://HOST:PORT or ws://HOST:PORT"
    case .needsTLS(let url):
      "'\(url)' asks for TLS, which a proxy ends; write the http:// address behind it"
    case .hasPath(let url):
      "'\(url)' has a path; write http://HOST:PORT alone and name the room with --room"
    case .noHost(let url): "'\(url)' names no host; write http://HOST:PORT"
    case .badPort(let port): "'\(port)' is no port; write one of 1 to 65535"
    }
  }
}
