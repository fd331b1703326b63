import Chat
import Client
import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A real WebSocket to a running server, for tests that look at single messages.
final class RoomClient: SocketReceiver, @unchecked Sendable {  // its state is under the mutex
  private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  private struct State {
    var messages: [JSONObject] = []
    var closing: Closing?
    var isOpen = false
  }

  private let state = Mutex(State())
  private let changed = DispatchSemaphore(value: 0)
  private let loop: any EventLoop
  private let socket: NIOLoopBoundBox<WebSocketConnection?>

  /// - Parameter port: of somebody who passes everything on; nil: the server's own.
  init(_ server: ServerProcess, room: String = "lobby", port: Int? = nil) throws {
    let loop = Self.group.next()
    self.loop = loop
    socket = try loop.submit { NIOLoopBoundBox<WebSocketConnection?>(nil, eventLoop: loop) }.wait()
    let address = ServerAddress(host: "127.0.0.1", port: port ?? server.port)
    try loop.submit { [self] in
      let connection = WebSocketConnection(
        to: address, path: "/rooms/\(room)/socket", on: loop, receiver: self,
        seed: UInt64.random(in: .min ... .max))
      socket.value = connection
      connection.connect()
    }.wait()
    try wait("the connection") { $0.isOpen || $0.closing != nil }
    if let closing = state.withLock({ $0.isOpen ? nil : $0.closing }) {
      throw ServerProcess.Failure("no connection, but \(closing); the server: \(server.stderr)")
    }
  }

  func say(_ text: String) throws {
    try loop.submit { [self] in
      socket.value?.send(Array(text.utf8))
      socket.value?.flush()
    }.wait()
  }

  func hello(_ session: String, _ more: String = "") throws -> JSONObject {
    try say(#"{"type":"hello","session":"\#(session)"\#(more)}"#)
    return try next("welcome")
  }

  /// Waits for a message of a type, and forgets it and all before it.
  @discardableResult
  func next(_ type: String, where isIt: (JSONObject) -> Bool = { _ in true }) throws -> JSONObject {
    var found: JSONObject?
    try wait("\(type)") { state in
      guard
        let index = state.messages.firstIndex(where: { $0.string("type") == type && isIt($0) })
      else { return false }
      found = state.messages[index]
      state.messages.removeSubrange(...index)
      return true
    }
    guard let found else { throw ServerProcess.Failure("no \(type)") }
    return found
  }

  /// Collects events until one is wanted; returns all with it.
  func events(until isLast: (JSONObject) -> Bool) throws -> [JSONObject] {
    var collected: [JSONObject] = []
    while true {
      let frame = try next("events")
      for case .object(let event) in frame.array("events") ?? [] { collected.append(event) }
      if collected.contains(where: isLast) { return collected }
    }
  }

  /// Waits until `seq` is durable (empty) or an error comes (its code).
  func ackOrError(_ seq: Int) throws -> String {
    var answer: String?
    try wait("an answer to \(seq)") { state in
      for message in state.messages {
        if message.string("type") == "ack", message.integer("seq") == Int64(seq) { answer = "" }
        if message.string("type") == "error" { answer = message.string("code") }
      }
      if answer != nil { state.messages = [] }
      return answer != nil
    }
    return answer ?? ""
  }

  func closing() throws -> Closing {
    var closing: Closing?
    try wait("the end") { state in
      closing = state.closing
      return closing != nil
    }
    return closing ?? .cut
  }

  /// A minute is a guard against hanging, not a measure.
  private func wait(_ what: String, until isDone: (inout State) -> Bool) throws {
    let deadline = DispatchTime.now() + 60
    while !state.withLock({ isDone(&$0) }) {
      guard changed.wait(timeout: deadline) == .success else {
        throw ServerProcess.Failure("\(what) never came")
      }
    }
  }

  func socketOpened(_ socket: WebSocketConnection) {
    state.withLock { $0.isOpen = true }
    changed.signal()
  }

  func socket(_ socket: WebSocketConnection, received text: ByteBuffer) {
    let parsed = text.withUnsafeReadableBytes { try? JSONParser.parse($0, depth: 12) }
    guard case .object(let message)? = parsed else { return }
    state.withLock { $0.messages.append(message) }
    changed.signal()
  }

  func socketClosed(_ socket: WebSocketConnection, _ closing: Closing) {
    state.withLock { $0.closing = closing }
    changed.signal()
  }
}
