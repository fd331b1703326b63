import Foundation

/// A plain HTTP/1.1 GET over a blocking socket: no library between the test and the server.
enum HTTP {
  static func get(_ url: String, headers: [String: String] = [:]) throws -> String {
    let answer = try exchange(url, headers: headers)
    guard answer.status == 200 else {
      throw ServerProcess.Failure("\(url): \(answer.status) \(answer.body)")
    }
    return answer.body
  }

  static func exchange(
    _ url: String, headers: [String: String] = [:]
  ) throws -> (status: Int, body: String) {
    guard let parts = URLComponents(string: url), let port = parts.port else {
      throw ServerProcess.Failure("not an address: \(url)")
    }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    // A guard against hanging, not a measure.
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = inet_addr(parts.host ?? "127.0.0.1")
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
    }
    guard connected == 0 else { throw ServerProcess.Failure("cannot connect to \(url)") }
    let target = parts.percentEncodedPath + (parts.percentEncodedQuery.map { "?\($0)" } ?? "")
    var request = "GET \(target) HTTP/1.1\r\nHost: \(parts.host ?? ""):\(port)\r\n"
    for (name, value) in headers { request += "\(name): \(value)\r\n" }
    request += "Connection: close\r\n\r\n"
    _ = request.withCString { send(descriptor, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 {
      bytes += buffer[..<count]
    }
    return try read(String(decoding: bytes, as: UTF8.self))
  }

  /// A port that nobody listens on now.
  static func freePort() -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(descriptor, $0, size)
        _ = getsockname(descriptor, $0, &size)
      }
    }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  /// Status and body of an answer, out of its chunks.
  static func read(_ answer: String) throws -> (status: Int, body: String) {
    guard let end = answer.range(of: "\r\n\r\n"),
      let status = Int(answer.split(separator: " ").dropFirst().first ?? "")
    else { throw ServerProcess.Failure("no HTTP answer: \(answer.prefix(200))") }
    var body = String(answer[end.upperBound...])
    if answer[..<end.lowerBound].lowercased().contains("transfer-encoding: chunked") {
      body = unchunked(body)
    }
    return (status, body)
  }

  private static func unchunked(_ text: String) -> String {
    var rest = Array(text.utf8)[...]
    var body: [UInt8] = []
    while let line = rest.firstIndex(of: 10),
      let size = Int(
        String(decoding: rest[..<line], as: UTF8.self)
          .trimmingCharacters(in: .whitespacesAndNewlines),
        radix: 16), size > 0
    {
      body += rest[(line + 1)...].prefix(size)
      rest = rest[(line + 1)...].dropFirst(size + 2)
    }
    return String(decoding: body, as: UTF8.self)
  }
}
