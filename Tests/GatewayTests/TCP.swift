import Glibc

/// A plain blocking TCP connection; a read that waits longer than 20 s fails the test.
final class TCP {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let descriptor: CInt
  private var unread: [UInt8] = []

  /// `receiveBuffer`: bytes the kernel keeps unread; nil for its own choice.
  init(port: Int, receiveBuffer: CInt? = nil) throws {
    descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    if var size = receiveBuffer {
      setsockopt(
        descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw Failure(description: "connect: \(errno)") }
    var timeout = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    var one: CInt = 1
    setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<CInt>.size))
  }

  deinit { Glibc.close(descriptor) }

  func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, 0x4000)
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  func send(request: String, _ headers: [String] = [], host: String = "localhost") {
    send(
      ([request + " HTTP/1.1", "Host: \(host)"] + headers).joined(separator: "\r\n") + "\r\n\r\n")
  }

  /// The next bytes, exactly so many; throws at the connection's end.
  func read(_ count: Int) throws -> [UInt8] {
    while unread.count < count {
      guard try fill() else { throw Failure(description: "the connection ended") }
    }
    defer { unread.removeFirst(count) }
    return Array(unread.prefix(count))
  }

  func readLine() throws -> String {
    var line: [UInt8] = []
    while true {
      let byte = try read(1)[0]
      if byte == UInt8(ascii: "\n") { break }
      line.append(byte)
    }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    return String(decoding: line, as: UTF8.self)
  }

  /// Whether the other side ends the connection with nothing more to read.
  func isAtEnd() -> Bool { unread.isEmpty && (try? fill()) == false }

  /// False at the end.
  private func fill() throws -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = Glibc.recv(descriptor, &chunk, chunk.count, 0)
    if count < 0, errno == EAGAIN { throw Failure(description: "nothing came for 20 s") }
    guard count > 0 else { return false }
    unread += chunk[..<count]
    return true
  }
}

/// An HTTP response.
struct Reply {
  var status: Int
  var headers: [String: String]
  var body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }
}

extension TCP {
  /// Reads a response whole.
  func reply(hasBody: Bool = true) throws -> Reply {
    let line = try readLine().split(separator: " ")
    guard line.count >= 2, let status = Int(line[1]) else { throw Failure(description: "\(line)") }
    var headers: [String: String] = [:]
    while true {
      let line = try readLine()
      if line.isEmpty { break }
      let colon = line.firstIndex(of: ":")!
      headers[line[..<colon].lowercased()] = String(
        line[line.index(after: colon)...].drop { $0 == " " })
    }
    let length = Int(headers["content-length"] ?? "0") ?? 0
    let body = hasBody && status != 304 ? try read(length) : []
    return Reply(status: status, headers: headers, body: body)
  }
}
