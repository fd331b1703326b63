import NIOHTTP1

/// A request as the site sees it.
struct WebRequest {
  let method: HTTPMethod
  /// Without the query; still percent-encoded, as no path of ours needs it.
  let path: String
  let query: [String: String]
  let headers: HTTPHeaders
  let isHTTP11: Bool

  init(_ head: HTTPRequestHead) {
    method = head.method
    headers = head.headers
    isHTTP11 = head.version == .http1_1
    let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = String(parts[0])
    query = parts.count > 1 ? Self.parse(parts[1]) : [:]
  }

  /// The value of a header that may stand once.
  func header(_ name: String) -> String? {
    let values = headers[name]
    return values.count == 1 ? values[0] : nil
  }

  /// Whether the client names this media type among those it takes.
  func accepts(_ type: String) -> Bool {
    headers[canonicalForm: "accept"].contains { $0.lowercased().hasPrefix(type) }
  }

  private static func parse(_ text: Substring) -> [String: String] {
    var query: [String: String] = [:]
    for pair in text.split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = decoded(sides[0]), let value = decoded(sides.count > 1 ? sides[1] : "")
      else { continue }
      query[name] = value
    }
    return query
  }

  /// Undoes percent-encoding; nil when it is broken or not UTF-8.
  private static func decoded(_ text: Substring) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
