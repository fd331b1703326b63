internal import Gateway
internal import Glibc
internal import LogStore
internal import Logging
internal import Rooms

/// The gateway with sockets that send back whatever they are told, for `dev/autobahn`.
///
///     EchoServer DIRECTORY      prints its port; ends with its standard input
///
/// Frames go the product's own way: the upgrade, the parser, the close handshake, the writing.
@main
enum EchoServer {
  private static let messageBytes = 16 << 20

  static func main() throws {
    signal(SIGPIPE, SIG_IGN)
    let time = StoppedTime()
    let log = try Log.open(CommandLine.arguments[1], time: time)
    let rooms = RoomsOptions(version: "echo")
    let admission = try Admission(
      log: log, options: rooms, time: time, random: SystemRandomNumberGenerator())
    var options = GatewayOptions(listen: ListenAddress(host: "127.0.0.1", port: 0))
    options.echoBytes = messageBytes
    let server = try GatewayServer.start(
      admission: admission, history: History(log: log, options: rooms, checkpoints: nil),
      options: options, time: time, logger: Logger(label: "echo") { _ in SwiftLogNoOpLogHandler() })
    print(server.localPort)
    fflush(nil)
    while readLine() != nil {}
    server.stop()
    log.close()
  }
}

/// No time passes: nobody is missed who never says hello.
private struct StoppedTime: TimeSource {
  let wallMilliseconds: Int64 = 1_700_000_000_000
  let monotonicNanoseconds: Int64 = 1_000_000_000
}
