import Chat
import NIOCore
import NIOHTTP1
import NIOWebSocket
import Rooms

extension WebConnection {
  /// NIO's upgrader for its one part we need: the headers of the answer, SHA-1 included.
  private static let handshake = NIOWebSocketServerUpgrader(
    shouldUpgrade: { channel, _ in
      channel.eventLoop.makeSucceededFuture(
        ["Sec-WebSocket-Protocol": SocketAdmittance.subprotocol])
    },
    upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })

  /// Answers 101 and gives the connection to a socket of this room.
  func upgrade(to room: RoomName, _ request: HTTPRequestHead) {
    guard let context else { return }
    guard !loop.isStopping else {
      return write(.refusal(.serviceUnavailable, "the server is going down"), to: request)
    }
    Self.handshake.buildUpgradeResponse(
      channel: context.channel, upgradeRequest: request, initialResponseHeaders: [:]
    ).assumeIsolated().whenComplete { [self] result in
      switch result {
      case .success(var headers):
        if loop.gateway.options.echoBytes != nil {
          headers.remove(name: "Sec-WebSocket-Protocol")
        }
        let isNew = loop.gateway.admission.isNew(room)
        guard let place = enter(request, opensRoom: isNew) else { return }
        let address = address(of: request)
        become(RoomSocket(loop: loop, room: room, place: place, address: address), headers)
      case .failure: write(.refusal(.badRequest, "that is no WebSocket handshake"), to: request)
      }
    }
  }

  private func become(_ socket: RoomSocket, _ headers: HTTPHeaders) {
    guard let context else { return loop.gateway.doors.leave(socket.place) }
    readLittle()
    let head = HTTPResponseHead(
      version: .http1_1, status: .switchingProtocols, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    let written = loop.eventLoop.makePromise(of: Void.self)
    // Frames are sent past NIO, so not before it has sent this.
    socket.waits(for: written.futureResult)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    do {
      try layers.give(way: socket, in: context, removing: self)
    } catch {
      loop.gateway.doors.leave(socket.place)
      context.close(promise: nil)
    }
  }
}
