import Chat
import Client
import NIOCore
import NIOPosix

/// Somebody who only watches: joins, is cut off, comes back where it was, and ends with each
/// reply's text as a page would have it.
///
/// Everything belongs to its event loop.
final class Watcher: SocketReceiver {
  struct Seen: Sendable {
    /// Text by the reply's offset, from the snapshot on.
    var texts: [Int64: String] = [:]
    var finishes: [Int64: String] = [:]
    /// Every event that came, as its JSON, by offset.
    var events: [Int64: String] = [:]
    /// Replies that were open in the first snapshot, and their text there.
    var joined: [Int64: String] = [:]
    /// Frames that did not follow the one before, and snapshots after the first.
    var faults = 0
    var resumes = 0
    var chunks = 0
  }

  private let server: ServerAddress
  private let room: String
  private let loop: any EventLoop
  private let isWanted: (Seen) -> Bool
  private let done: EventLoopPromise<Seen>
  private let arrived: EventLoopPromise<Void>
  private var socket: WebSocketConnection?
  private var seen = Seen()
  private var cursor: String?
  private var last: Int64 = -1

  /// - Parameter isWanted: what it waits for; a minute more or less guards against hanging.
  private init(
    _ server: ServerAddress, _ room: String, _ loop: any EventLoop,
    _ isWanted: @escaping (Seen) -> Bool
  ) {
    self.server = server
    self.room = room
    self.loop = loop
    self.isWanted = isWanted
    done = loop.makePromise()
    arrived = loop.makePromise()
    loop.assumeIsolated().scheduleTask(in: .minutes(3)) { [self] in
      arrived.fail(ServerProcess.Failure("a watcher never got a snapshot"))
      done.succeed(seen)
    }
  }

  /// From any thread: a watcher, and what to do with it.
  final class Handle: Sendable {
    private let loop: any EventLoop
    private let watcher: NIOLoopBound<Watcher>
    let seen: EventLoopFuture<Seen>
    /// Its first snapshot has come.
    let arrived: EventLoopFuture<Void>

    init(
      _ server: ServerProcess, room: String = "lobby", on loop: any EventLoop,
      until isWanted: @escaping @Sendable (Seen) -> Bool
    ) throws {
      self.loop = loop
      let address = ServerAddress(host: "127.0.0.1", port: server.port)
      watcher = try loop.submit {
        let watcher = Watcher(address, room, loop, isWanted)
        watcher.connect()
        return NIOLoopBound(watcher, eventLoop: loop)
      }.wait()
      seen = try loop.submit { [watcher] in watcher.value.done.futureResult }.wait()
      arrived = try loop.submit { [watcher] in watcher.value.arrived.futureResult }.wait()
    }

    /// The connection is gone in the middle of whatever it was.
    func cut() throws { try loop.submit { [watcher] in watcher.value.cut() }.wait() }
    /// It comes back with the cursor it has.
    func resume() throws { try loop.submit { [watcher] in watcher.value.connect() }.wait() }
    /// What it has seen so far.
    func now() throws -> Seen { try loop.submit { [watcher] in watcher.value.seen }.wait() }
  }

  private func connect() {
    if cursor != nil { seen.resumes += 1 }
    socket = WebSocketConnection(
      to: server, path: "/rooms/\(room)/socket", on: loop, receiver: self,
      seed: UInt64.random(in: .min ... .max))
    socket?.connect()
  }

  private func cut() {
    let gone = socket
    socket = nil
    gone?.abort()
  }

  func socketOpened(_ socket: WebSocketConnection) {
    let from = cursor.map { #","from":"\#($0)""# } ?? ""
    socket.send(Array(#"{"type":"hello","session":"aaaaa","watch":true\#(from)}"#.utf8))
    socket.flush()
  }

  func socketClosed(_ socket: WebSocketConnection, _ closing: Closing) {}

  func socket(_ socket: WebSocketConnection, received text: ByteBuffer) {
    guard socket === self.socket else { return }
    let parsed = text.withUnsafeReadableBytes { try? JSONParser.parse($0, depth: 12) }
    guard case .object(let message)? = parsed else { return }
    if let next = message.string("next"), message.string("type") != "welcome" { cursor = next }
    switch message.string("type") {
    case "snapshot": take(snapshot: message)
    case "events": take(events: message, of: text)
    case "ping":
      socket.send(Array(#"{"type":"pong"}"#.utf8))
      socket.flush()
    default: break
    }
    if isWanted(seen) { done.succeed(seen) }
  }

  private func take(snapshot: JSONObject) {
    if last >= 0 { seen.faults += 1 }
    last = snapshot.integer("prev") ?? -1
    for case .object(let reply) in snapshot.array("replies") ?? [] {
      guard let offset = reply.integer("reply") else { continue }
      seen.texts[offset] = reply.string("text") ?? ""
      seen.joined[offset] = reply.string("text") ?? ""
    }
    for case .object(let item) in snapshot.array("items") ?? [] {
      guard let finish = item.string("finish"), let offset = item.integer("offset") else {
        continue
      }
      seen.texts[offset] = item.string("text") ?? ""
      seen.finishes[offset] = finish
    }
    arrived.succeed()
  }

  private func take(events frame: JSONObject, of text: ByteBuffer) {
    if frame.integer("prev") != last, last >= 0 { seen.faults += 1 }
    let offsets = frame.array("offsets")
    for (index, value) in (frame.array("events") ?? []).enumerated() {
      guard case .object(let event) = value else { continue }
      var offset = (frame.integer("first") ?? 0) + Int64(index)
      if case .integer(let own)? = offsets?[index] { offset = own }
      last = offset
      if let decoded = try? Event.decode(event) {
        seen.events[offset] = String(decoding: decoded.canonicalJSON, as: UTF8.self)
      }
      if event.string("type") == "reply.started" { seen.texts[offset] = "" }
      let reply = event.integer("reply") ?? -1
      switch event.string("type") {
      case "reply.chunk":
        seen.texts[reply, default: ""] += event.string("text") ?? ""
        seen.chunks += 1
      case "reply.finished": seen.finishes[reply] = event.string("finish")
      default: break
      }
    }
  }
}
