internal import Glibc
internal import Synchronization

/// A model's server on a real socket that does to each connection what its script says.
///
/// Faults: it stalls, cuts, drips, floods, speaks another protocol, or answers with anything.
package final class HostileServer: Sendable {
  package enum Act: Sendable {
    case send(String)
    /// The same text byte by byte, with a pause between two.
    case drip(String, everyMilliseconds: UInt32)
    /// The same text for ever, until the other side is gone.
    case flood(String)
    /// Nothing more, until the other side is gone.
    case stall
  }

  package let port: UInt16
  private let listener: Int32
  private let act: @Sendable (Int) -> [Act]
  private let seen = Mutex<(requests: [String], gone: Int)>(([], 0))

  /// `acts` are those of the connection of this number; after the last act it is closed.
  package init(_ act: @escaping @Sendable (Int) -> [Act]) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    precondition(descriptor >= 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        precondition(bind(descriptor, address, length) == 0)
        precondition(getsockname(descriptor, address, &length) == 0)
      }
      return UInt16(bigEndian: pointer.pointee.sin_port)
    }
    precondition(listen(descriptor, 64) == 0)
    listener = descriptor
    self.act = act
    detach { [self] in acceptAll() }
  }

  package convenience init(_ acts: Act...) { self.init { _ in acts } }

  package var base: String { "http://127.0.0.1:\(port)/v1" }
  package var requests: [String] { seen.withLock { $0.requests } }
  /// Connections that the other side has closed while this one still had something to do.
  package var gone: Int { seen.withLock { $0.gone } }

  package func close() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func acceptAll() {
    var number = 0
    while true {
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { break }
      let acts = act(number)
      number += 1
      detach { [self] in serve(connection, acts) }
    }
    Glibc.close(listener)
  }

  private func serve(_ connection: Int32, _ acts: [Act]) {
    defer { Glibc.close(connection) }
    guard let request = readRequest(connection) else { return }
    seen.withLock { $0.requests.append(request) }
    for act in acts where !perform(act, connection) {
      seen.withLock { $0.gone += 1 }
      return
    }
  }

  private func perform(_ act: Act, _ connection: Int32) -> Bool {
    switch act {
    case .send(let text): return write(Array(text.utf8), connection)
    case .drip(let text, let milliseconds):
      for byte in text.utf8 {
        guard write([byte], connection) else { return false }
        usleep(milliseconds * 1_000)
      }
      return true
    case .flood(let text):
      while write(Array(text.utf8), connection) {}
      return false
    case .stall:
      var byte: UInt8 = 0
      while recv(connection, &byte, 1, 0) > 0 {}
      return false
    }
  }

  private func write(_ bytes: [UInt8], _ connection: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// Head and body, by its content length.
  private func readRequest(_ connection: Int32) -> String? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if let end = text.firstRange(of: "\r\n\r\n"),
        let field = text.firstRange(of: "Content-Length: "),
        let length = Int(text[field.upperBound...].prefix { $0.isNumber }),
        text[end.upperBound...].utf8.count >= length
      {
        return text
      }
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
    }
  }
}

/// Runs `body` on a thread of its own.
package func detach(_ body: @escaping @Sendable () -> Void) {
  final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let context = Unmanaged.passRetained(Box(body)).toOpaque()
  let code = pthread_create(
    &thread, nil,
    { context in
      if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
      return nil
    }, context)
  precondition(code == 0)
  pthread_detach(thread)
}
