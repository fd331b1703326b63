import NIOHTTP1

/// One response, whole.
struct Answer: Sendable {
  var status: HTTPResponseStatus
  var headers: HTTPHeaders
  var body: [UInt8]

  /// The page may load its own files and nothing else, and stand in nobody's frame.
  private static let contentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    + "img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; "
    + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

  init(
    _ type: MediaType, _ body: [UInt8], status: HTTPResponseStatus = .ok,
    cache: String = "no-store"
  ) {
    self.status = status
    self.body = body
    headers = HTTPHeaders([
      ("Content-Type", type.rawValue),
      ("Cache-Control", cache),
      ("Content-Security-Policy", Self.contentSecurityPolicy),
      ("X-Content-Type-Options", "nosniff"),
      ("Referrer-Policy", "no-referrer"),
    ])
  }

  /// A refusal in words for people.
  static func refusal(_ status: HTTPResponseStatus, _ words: String) -> Answer {
    Answer(.text, Array((words + "\n").utf8), status: status)
  }

  func with(_ name: String, _ value: String) -> Answer {
    var answer = self
    answer.headers.replaceOrAdd(name: name, value: value)
    return answer
  }
}

enum MediaType: String {
  case html = "text/html; charset=utf-8"
  case css = "text/css; charset=utf-8"
  case script = "text/javascript; charset=utf-8"
  case svg = "image/svg+xml"
  case text = "text/plain; charset=utf-8"
  case json = "application/json"
  case lines = "application/x-ndjson"
  case events = "text/event-stream"
  case metrics = "text/plain; version=0.0.4; charset=utf-8"
  case font = "font/woff2"
}
