package import Chat
package import Glibc

/// `DATA/admin.sock`, asked one question: how a running server is told what to do, and how readers
/// without its lock learn how far they may read.
///
///     ──▶  {"type":"hide","room":"lobby","message":41,"reason":"advertising"}\n
///     ◀──  {"type":"done","offset":57}\n
///
///     committed                                      ◀ {"type":"committed","epoch","start","next"}
///     hide   {room, message, reason?}                ◀ {"type":"done","offset"}
///     mute   {room, participant, until, reason?}     ◀ the same; `until` in ms since 1970
///     unmute {room, participant}                     ◀ the same
///     mode   {room, mode, every_ms?}                 ◀ the same; `every_ms` with `slow` alone
///     any of them                                    ◀ {"type":"error","code","message"}
///
/// One line in, one line out, and the server hangs up. Codes: `malformed`, `unknown`, `too_large`,
/// `no_room`, `no_message`, `no_participant`, `bad_value`, `unavailable`, `busy`.
package enum AdminLine {
  /// Bytes of a line, its end included.
  package static let bytesMost = 4_096
  /// The socket's name in the data directory.
  package static let name = "admin.sock"
  /// Seconds to wait for an answer: an act waits for the disk.
  private static let patienceSeconds = 40

  /// Why there is no answer.
  package enum Failure: Error, Equatable, Sendable {
    /// No server listens there.
    case nobody
    case notAllowed
    /// It hung up, took too long, or said what is no answer.
    case broken(String)
  }

  /// Asks the server of a data directory.
  package static func ask(_ data: String, _ question: [UInt8]) throws(Failure) -> JSONObject {
    let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    guard socket >= 0 else { throw .broken(words(errno)) }
    defer { close(socket) }
    var patience = timeval(tv_sec: patienceSeconds, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
    let failure = UnixAddress.use(data, name) { connect(socket, $0, $1) == 0 ? 0 : errno }
    switch failure {
    case 0: break
    case ENOENT, ECONNREFUSED, ENOTDIR: throw .nobody
    case EACCES, EPERM: throw .notAllowed
    default: throw .broken(words(failure))
    }
    try write(question + [UInt8(ascii: "\n")], to: socket)
    let answer = try readLine(from: socket)
    let parsed = answer.withUnsafeBytes { try? JSONParser.parse($0) }
    guard case .object(let object)? = parsed else { throw .broken("the answer is no JSON object") }
    return object
  }

  /// The end of what is committed in a directory that a server is writing; nil when nobody says.
  package static func committedEnd(of data: String) -> Int64? {
    let answer = try? ask(data, Array(#"{"type":"committed"}"#.utf8))
    return answer?.string("type") == "committed" ? answer?.integer("next") : nil
  }

  private static func write(_ bytes: [UInt8], to socket: Int32) throws(Failure) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { raw in
        send(socket, raw.baseAddress, raw.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw .broken("it does not listen: \(words(errno))") }
      sent += count
    }
  }

  private static func readLine(from socket: Int32) throws(Failure) -> [UInt8] {
    var line: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: bytesMost)
    while line.last != UInt8(ascii: "\n") {
      let count = recv(socket, &buffer, buffer.count, 0)
      guard count > 0 else {
        throw .broken(count == 0 ? "it hung up without an answer" : words(errno))
      }
      line += buffer[..<count]
      guard line.count <= bytesMost else { throw .broken("the answer is too long") }
    }
    return line.dropLast()
  }

  private static func words(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// The address of a socket in a directory, however long the directory's path is.
package enum UnixAddress {
  /// Calls `body` with it; what is longer than the kernel takes goes by way of `/proc`.
  package static func use(
    _ directory: String, _ name: String,
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var path = "\(directory)/\(name)"
    var descriptor: Int32 = -1
    if path.utf8.count >= MemoryLayout.size(ofValue: address.sun_path) {
      descriptor = open(directory, O_DIRECTORY | O_CLOEXEC)
      guard descriptor >= 0 else { return errno }
      path = "/proc/self/fd/\(descriptor)/\(name)"
    }
    defer { if descriptor >= 0 { close(descriptor) } }
    let bytes = Array(path.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
