import Glibc
import LogStore
import NIOCore
import Synchronization
import Testing

@testable import Kafka

struct PeerFailure: Error { let what: String }

/// A client that says exactly the bytes it is given; a read of more than 20 s fails the test.
final class Peer {
  private let descriptor: CInt

  init(port: Int, family: CInt = AF_INET) throws {
    descriptor = socket(family, CInt(SOCK_STREAM.rawValue), 0)
    let connected =
      family == AF_INET ? Self.connect4(descriptor, port) : Self.connect6(descriptor, port)
    guard connected == 0 else { throw PeerFailure(what: "connect: \(errno)") }
    var timeout = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
  }

  private static func connect4(_ descriptor: CInt, _ port: Int) -> CInt {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return connect(descriptor, &address)
  }

  private static func connect6(_ descriptor: CInt, _ port: Int) -> CInt {
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = in_port_t(port).bigEndian
    address.sin6_addr = in6addr_loopback
    return connect(descriptor, &address)
  }

  private static func connect<Address>(_ descriptor: CInt, _ address: inout Address) -> CInt {
    let length = socklen_t(MemoryLayout<Address>.size)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, length)
      }
    }
  }

  deinit { close(descriptor) }

  /// Sends requests, each with its length in front, in one write.
  func send(_ requests: ByteBuffer...) {
    var bytes = ByteBuffer()
    for request in requests {
      bytes.writeInteger(Int32(request.readableBytes))
      bytes.writeImmutableBuffer(request)
    }
    send(bytes: [UInt8](bytes.readableBytesView))
  }

  func send(bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// The next answer: its correlation ID, and a reader behind it.
  func answer() throws -> (correlation: Int32, WireReader) {
    var length = ByteBuffer(bytes: try read(4))
    guard let count = length.readInteger(as: Int32.self) else { throw PeerFailure(what: "length") }
    var reader = WireReader(try read(Int(count)))
    return (try reader.integer(), reader)
  }

  func ask(_ request: ByteBuffer) throws -> WireReader {
    send(request)
    return try answer().1
  }

  /// Whether the other side has ended the connection.
  func isAtEnd() -> Bool {
    var byte: UInt8 = 0
    let count = recv(descriptor, &byte, 1, 0)
    return count == 0 || count < 0 && errno == ECONNRESET
  }

  private func read(_ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let more = bytes.withUnsafeMutableBytes {
        recv(descriptor, $0.baseAddress! + filled, count - filled, 0)
      }
      guard more > 0 else { throw PeerFailure(what: "the connection ended, or 20 s passed") }
      filled += more
    }
    return bytes
  }
}

extension Peer {
  /// What a look-up by time brings for the one partition.
  func find(time: Int64) throws -> FoundOffset {
    var answer = try ask(
      ClientRequest(.listOffsets, 2).with { buffer in
        buffer.writeInteger(Int32(-1))
        buffer.writeInteger(Int8(0))
        buffer.writeArray(["chat"]) { buffer, topic in
          buffer.writeText(topic)
          buffer.writeArray([Int32(0)]) { buffer, index in
            buffer.writeInteger(index)
            buffer.writeInteger(time)
          }
        }
      })
    for _ in 0..<2 { _ = try answer.integer(Int32.self) }
    _ = try answer.string()
    for _ in 0..<2 { _ = try answer.integer(Int32.self) }
    let error = ErrorCode(rawValue: try answer.integer())
    return FoundOffset(
      error: error ?? .none, time: try answer.integer(), offset: try answer.integer())
  }
}

/// What a fetch of version 11 brought for the one partition.
struct Fetched {
  var error: Int16 = 0
  var topError: Int16 = 0
  var highWatermark: Int64 = -1
  var start: Int64 = -1
  var batches: [UInt8] = []

  init(_ reader: inout WireReader) throws {
    _ = try reader.integer(Int32.self)
    topError = try reader.integer()
    _ = try reader.integer(Int32.self)
    guard try reader.integer(Int32.self) == 1 else { return }
    _ = try reader.string()
    guard try reader.integer(Int32.self) == 1 else { return }
    _ = try reader.integer(Int32.self)
    error = try reader.integer()
    highWatermark = try reader.integer()
    #expect(try reader.integer(Int64.self) == highWatermark)
    start = try reader.integer()
    _ = try reader.array { (reader) throws(WireFault) in try reader.integer(Int64.self) }
    _ = try reader.integer(Int32.self)
    batches = try reader.bytes()
    #expect(reader.isAtEnd)
  }

  /// First and last offset of each batch.
  var spans: [ClosedRange<Int64>] {
    var spans: [ClosedRange<Int64>] = []
    var buffer = ByteBuffer(bytes: batches)
    while let base = buffer.readInteger(as: Int64.self),
      let length = buffer.readInteger(as: Int32.self),
      var rest = buffer.readSlice(length: Int(length))
    {
      rest.moveReaderIndex(forwardBy: 11)
      spans.append(base...base + Int64(rest.readInteger(as: Int32.self) ?? 0))
    }
    #expect(buffer.readableBytes == 0, "batches are whole")
    return spans
  }
}

/// What the operator is told.
final class Talk: Sendable {
  private let said = Mutex<[String]>([])

  var lines: [String] { said.withLock { $0 } }

  @Sendable func say(_ line: String) { said.withLock { $0.append(line) } }
}

/// A log and a listener in front of it, in a directory of their own.
final class ListenerWorld {
  let path: String
  let log: Log
  private(set) var server: KafkaServer
  private let change: (inout KafkaOptions) -> Void

  init(
    log options: LogOptions = LogOptions(preparesZeros: false),
    time: any TimeSource = SystemTime(),
    _ change: @escaping (inout KafkaOptions) -> Void = { _ in }
  ) throws {
    var template = Array("/tmp/verbatim-kafka-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw PeerFailure(what: "no directory") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    log = try Log.open("\(path)/data", options: options, time: time)
    self.change = change
    server = try Self.start(log, path, change)
  }

  deinit {
    server.stop()
    log.close()
    ["rm", "-rf", path].withCStrings { arguments in
      var child = pid_t()
      guard posix_spawnp(&child, "rm", nil, nil, arguments, environ) == 0 else { return }
      waitpid(child, nil, 0)
    }
  }

  private static func start(
    _ log: Log, _ path: String, _ change: (inout KafkaOptions) -> Void
  ) throws -> KafkaServer {
    var options = KafkaOptions(host: "127.0.0.1", port: 0, groupsPath: "\(path)/data/kafka-groups")
    change(&options)
    return try KafkaServer.start(log: log, options: options)
  }

  func restart() throws {
    server.stop()
    server = try Self.start(log, path, change)
  }

  func peer() throws -> Peer { try Peer(port: server.localPort) }

  /// Batches of so many records each.
  func append(_ counts: Int...) throws {
    for count in counts {
      try log.append(
        (0..<count).map { Record(key: Array("room".utf8), value: Array("value \($0)".utf8)) })
    }
  }
}

extension [String] {
  fileprivate func withCStrings(_ body: ([UnsafeMutablePointer<CChar>?]) -> Void) {
    let pointers = map { strdup($0) }
    body(pointers + [nil])
    for pointer in pointers { free(pointer) }
  }
}
