import Chat
import Gateway
import Glibc
import LogStore
import Logging
import Rooms

/// A whole server on a free port over a real log in a directory of its own.
final class World {
  let data: String
  let log: Log
  let admission: Admission
  let server: GatewayServer
  private var isStopped = false

  init(
    rooms: (inout RoomsOptions) -> Void = { _ in },
    gateway: (inout GatewayOptions) -> Void = { _ in },
    storage: any Storage = POSIXStorage(), time: any TimeSource = SystemTime(),
    talk: any LogHandler = SwiftLogNoOpLogHandler()
  ) throws {
    var template = Array("/tmp/verbatim-gateway-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw WorldError() }
    data = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    log = try Log.open(data, storage: storage, time: time)
    var options = RoomsOptions(version: "test")
    rooms(&options)
    admission = try Admission(
      log: log, options: options, time: time, random: SystemRandomNumberGenerator())
    var edge = GatewayOptions(listen: ListenAddress(host: "127.0.0.1", port: 0))
    edge.loops = 2
    edge.goodbyeMilliseconds = 100
    gateway(&edge)
    server = try GatewayServer.start(
      admission: admission, history: History(log: log, options: options, checkpoints: nil),
      options: edge, time: time,
      logger: Logger(label: "test", factory: { _ in talk }))
  }

  struct WorldError: Error {}

  /// Asks for the metrics until they say so; the test's own time limit ends it.
  func wait(for line: String) throws {
    while !(try get("/metrics").text.contains(line)) {}
  }

  deinit {
    stop()
    log.close()
    system("rm -rf '\(data)'")
  }

  func stop() {
    guard !isStopped else { return }
    isStopped = true
    server.stop()
  }

  func connect() throws -> TCP { try TCP(port: server.localPort) }

  /// Asks once, on a connection of its own.
  func get(_ path: String, _ headers: [String] = [], method: String = "GET") throws -> Reply {
    let connection = try connect()
    connection.send(request: "\(method) \(path)", headers)
    return try connection.reply(hasBody: method != "HEAD")
  }

  /// A socket to a room that has not said hello.
  func socket(_ room: String = "lobby", receiveBuffer: CInt? = nil) throws -> WebSocket {
    let connection = try TCP(port: server.localPort, receiveBuffer: receiveBuffer)
    connection.send(request: "GET /rooms/\(room)/socket", WebSocket.handshake)
    let reply = try connection.reply(hasBody: false)
    guard reply.status == 101 else { throw WorldError() }
    return WebSocket(connection)
  }

  /// A socket that has said hello and been welcomed.
  func enter(
    _ session: String, room: String = "lobby", _ more: String = ""
  ) throws -> (WebSocket, welcome: JSONObject) {
    let socket = try socket(room)
    socket.say(#"{"type":"hello","session":"\#(session)"\#(more)}"#)
    return (socket, try socket.message("welcome"))
  }
}
