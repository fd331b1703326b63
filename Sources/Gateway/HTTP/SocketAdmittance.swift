import Chat
import NIOHTTP1
import Rooms

/// Whether a request may become a WebSocket to a room.
enum SocketAdmittance {
  static let subprotocol = "verbatim.v1"
  static let version = "13"

  /// Nil when it may; else the refusal, in words.
  ///
  /// The room itself was looked at before.
  static func refusal(of request: WebRequest, origins: Set<String>) -> Answer? {
    guard hasToken("websocket", in: request.headers["upgrade"]),
      hasToken("upgrade", in: request.headers["connection"])
    else {
      return Answer.refusal(.upgradeRequired, "this is a WebSocket: ask with Upgrade: websocket")
        .with("Upgrade", "websocket")
    }
    guard request.method == .GET, request.isHTTP11 else {
      return .refusal(.badRequest, "a WebSocket begins with GET and HTTP/1.1")
    }
    guard request.header("sec-websocket-version") == version else {
      return Answer.refusal(.upgradeRequired, "this server speaks WebSocket version 13")
        .with("Sec-WebSocket-Version", version)
    }
    guard let key = request.header("sec-websocket-key"), isKey(key) else {
      return .refusal(.badRequest, "Sec-WebSocket-Key is 16 bytes in base64, once")
    }
    guard hasToken(subprotocol, in: request.headers["sec-websocket-protocol"]) else {
      return .refusal(
        .badRequest, "offer the subprotocol: Sec-WebSocket-Protocol: \(subprotocol)")
    }
    guard Origin.isAllowed(request, origins) else {
      return .refusal(.forbidden, "this origin may not open a socket here; see --origin")
    }
    return nil
  }

  /// Whether a comma-separated header, written once or more, names this token.
  private static func hasToken(_ token: String, in values: [String]) -> Bool {
    values.contains { value in
      value.split(separator: ",").contains { part in
        part.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }.lowercased()
          == token
      }
    }
  }

  /// 16 bytes in base64: 22 characters of the alphabet and two of padding.
  private static func isKey(_ key: String) -> Bool {
    let bytes = Array(key.utf8)
    guard bytes.count == 24, bytes.suffix(2) == [61, 61] else { return false }
    return bytes.dropLast(2).allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
        true
      default: false
      }
    }
  }
}

/// Where the page that asks comes from (RFC 6454).
package enum Origin {
  /// A page of this host, one on the list, or no page at all: programs send no `Origin`.
  static func isAllowed(_ request: WebRequest, _ origins: Set<String>) -> Bool {
    let given = request.headers["origin"]
    guard !given.isEmpty else { return true }
    guard given.count == 1, let origin = normal(given[0]) else { return false }
    if origins.contains(where: { normal($0) == origin }) { return true }
    guard let host = request.header("host") else { return false }
    return ["http", "https"].contains { normal("\($0)://\(host)") == origin }
  }

  /// `scheme://host:port` in lower case without the scheme's own port; nil for `null` and others.
  package static func normal(_ origin: String) -> String? {
    let lower = origin.lowercased()
    for (scheme, port) in [("http://", ":80"), ("https://", ":443")] where lower.hasPrefix(scheme) {
      let authority = lower.dropFirst(scheme.count)
      guard !authority.isEmpty, !authority.contains(where: { "/@?# ".contains($0) }) else {
        return nil
      }
      return lower.hasSuffix(port) ? String(lower.dropLast(port.count)) : lower
    }
    return nil
  }
}
