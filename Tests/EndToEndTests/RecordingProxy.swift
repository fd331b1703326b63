import Foundation
import Synchronization

/// Stands between the server and a model's, passes bytes on, and keeps what the model answered.
///
/// When one side hangs up the other is hung up on, at once.
final class RecordingProxy: Sendable {
  let port: Int
  private let target: Int
  private let source: String
  private let listener: Int32
  private let answers = Mutex<[[UInt8]]>([])
  private let hold: Int?
  private let released = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - target: the port on this machine where the model listens.
  ///   - source: the loopback address it speaks from.
  ///   - hold: once so many events of an answer have been passed on, the rest waits for `release`.
  init(to target: Int, from source: String = "127.0.0.1", holdingAfter hold: Int? = nil) throws {
    self.hold = hold
    self.target = target
    self.source = source
    port = HTTP.freePort()
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
    guard Self.use(port, { bind(listener, $0, $1) }) == 0, listen(listener, 16) == 0 else {
      throw ServerProcess.Failure("the proxy cannot listen")
    }
    Thread.detachNewThread { [listener, self] in
      while case let client = accept(listener, nil, nil), client >= 0 { pass(client) }
    }
  }

  deinit { close(listener) }

  /// Passes on what was held back, and everything from then on.
  func release() { released.signal() }

  private func wait(_ passed: [UInt8]) {
    guard let hold, passed.count(of: Array("data:".utf8)) >= hold else { return }
    released.wait()
    released.signal()
  }

  /// What came back on each connection so far, heads and chunk sizes included.
  var received: [String] {
    answers.withLock { $0.map { String(decoding: $0, as: UTF8.self) } }
  }

  /// The text of the first completion on a connection, read with none of the project's code.
  func text(ofConnection index: Int) throws -> String {
    let body = try HTTP.read(received[index]).body
    var text = ""
    for line in body.split(separator: "\n") where line.hasPrefix("data: {") {
      let json = try JSONSerialization.jsonObject(with: Data(line.dropFirst(6).utf8))
      let choices = (json as? [String: Any])?["choices"] as? [[String: Any]]
      let delta = choices?.first?["delta"] as? [String: Any]
      text += delta?["content"] as? String ?? ""
    }
    return text
  }

  private func pass(_ client: Int32) {
    let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard Self.use(0, on: source, { bind(upstream, $0, $1) }) == 0,
      Self.use(target, { connect(upstream, $0, $1) }) == 0
    else {
      close(client)
      close(upstream)
      return
    }
    let index = answers.withLock { answers in
      answers.append([])
      return answers.count - 1
    }
    Thread.detachNewThread { Self.pump(client, upstream) { _ in } }
    Thread.detachNewThread { [self] in
      Self.pump(upstream, client) { bytes in
        wait(answers.withLock { $0[index] })
        answers.withLock { $0[index] += bytes }
      }
    }
  }

  private static func pump(_ from: Int32, _ to: Int32, keep: (ArraySlice<UInt8>) -> Void) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = recv(from, &buffer, buffer.count, 0), count > 0 {
      keep(buffer[..<count])
      var sent = 0
      while sent < count {
        let more = buffer[sent..<count].withUnsafeBytes {
          send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard more > 0 else { break }
        sent += more
      }
    }
    // The descriptors stay open to the test's end: a number must not be used again meanwhile.
    shutdown(from, Int32(SHUT_RDWR))
    shutdown(to, Int32(SHUT_RDWR))
  }

  private static func use(
    _ port: Int, on host: String = "127.0.0.1",
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = inet_addr(host)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}

extension [UInt8] {
  /// How often `part`, which does not overlap itself, stands in it.
  fileprivate func count(of part: [UInt8]) -> Int {
    indices.count { self[$0...].starts(with: part) }
  }
}
