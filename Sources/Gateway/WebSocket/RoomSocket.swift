import Chat
import NIOCore
import Rooms

/// One WebSocket after the upgrade: alone in its pipeline, frames in, frames out.
///
/// Bytes go out by `send` on the channel's own descriptor; what the kernel does not take waits
/// here, a piece of it at a time with NIO, and the socket counts as blocked until all is gone.
/// Confined to its loop.
final class RoomSocket: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// How the end of a connection goes.
  enum Phase {
    case open
    /// Our close frame is queued or sent; waiting for the client's.
    case closing
    /// The client's bytes make no sense: our half ends once all is written, then its half.
    case draining
    /// The client's close frame is here: the end follows once all is written.
    case finishing
    case closed
  }

  // What a delivery looks at comes first: one line of the cache for each of thousands of sockets.
  let loop: GatewayLoop
  /// Where delivery knows it; −1 before and after.
  private(set) var slot: Int32 = -1
  /// The channel's descriptor; −1 once it may be closed.
  var descriptor: CInt = -1
  var outgoing: [Outgoing] = []
  /// Writes that NIO has not finished.
  var unfinishedWrites = 0
  var phase = Phase.open
  var isTouched = false
  /// It takes no frame now: enough waits, or NIO has not written all it got.
  var isBlocked = false
  /// The kernel did not take everything, and has not since.
  var isStalled = false
  /// Bytes of the first piece of `outgoing` that are gone.
  var sent = 0
  /// Bytes that wait here: in `outgoing`, and with NIO.
  var waiting = 0
  let room: RoomName
  /// Its place among the sessions of its address; nil when nobody counts.
  let place: AddressPlace?
  let address: AddressKey
  private(set) var context: ChannelHandlerContext?
  private var parser: FrameParser
  private var isPausedByAdmission = false
  private var isReading = true

  init(loop: GatewayLoop, room: RoomName, place: AddressPlace?, address: AddressKey) {
    self.loop = loop
    self.address = address
    self.room = room
    self.place = place
    let echo = loop.gateway.options.echoBytes
    parser = echo.map { FrameParser(limit: $0, takesBinary: true) } ?? FrameParser()
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    descriptor =
      (try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(
        of: NIOBSDSocket.Handle.self
      ) { $0 }) ?? -1
    slot = loop.opened(self)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard phase == .open || phase == .closing, slot >= 0 else { return }
    let bytes = unwrapInboundIn(data)
    var fault: FrameFault?
    bytes.withUnsafeReadableBytes { bytes in
      do throws(FrameFault) {
        try parser.parse(bytes) { take($0) }
      } catch {
        fault = error
      }
    }
    if let fault {
      refuse(fault.reason)
      phase = .draining
      loop.sockets.touch(self)
    }
    loop.turnSoon()
  }

  private func take(_ piece: FrameParser.Piece) {
    switch piece {
    case .text(let bytes):
      guard phase == .open else { return }
      loop.tally.messagesReceived += 1
      guard !isEcho else { return echo(bytes, ControlFrame.text) }
      loop.delivery.receive(bytes, from: slot)
    case .binary(let bytes):
      guard phase == .open else { return }
      echo(bytes, ControlFrame.binary)
    case .ping(let payload):
      loop.delivery.heard(slot)
      guard phase == .open else { return }
      queue(.control(ControlFrame.pong(payload)))
    case .pong: loop.delivery.heard(slot)
    case .close(let code):
      if phase == .open { queue(.control(ControlFrame.close(code))) }
      finish()
    }
  }

  private func refuse(_ reason: CloseReason) {
    guard phase == .open else { return }
    isEcho ? close(reason) : loop.delivery.fault(slot, reason)
  }

  // Without `bye`, which no echo would say.
  var isEcho: Bool { loop.gateway.options.echoBytes != nil }

  private func echo(_ bytes: UnsafeRawBufferPointer, _ opcode: UInt8) {
    queue(.control(ControlFrame.message(bytes, opcode)))
  }

  func channelInactive(context: ChannelHandlerContext) { gone() }

  func handlerRemoved(context: ChannelHandlerContext) {
    gone()
    self.context = nil
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { cut() }

  private func gone() {
    descriptor = -1
    phase = .closed
    dropOutgoing()
    guard slot >= 0 else { return }
    let slot = slot
    self.slot = -1
    loop.closed(self, slot)
  }
}

// How it ends.
extension RoomSocket {
  /// Milliseconds for the client to answer a close frame and take what waits.
  static let lingerMilliseconds: Int64 = 2_000

  /// Our close frame, then the client's, then the end.
  func close(_ reason: CloseReason) {
    guard phase == .open else { return }
    if reason == .slow { loop.tally.closedSlow += 1 }
    if reason == .silent { loop.tally.closedSilent += 1 }
    queue(.control(ControlFrame.close(reason.code, reason.name)))
    phase = .closing
    // The client's own close frame is still to be read.
    isPausedByAdmission = false
    setReading(true)
    linger()
  }

  /// Nothing more is read; ends once everything is written.
  private func finish() {
    phase = .finishing
    loop.sockets.touch(self)
    linger()
  }

  private func linger() {
    loop.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Self.lingerMilliseconds)) {
      self.cut()
    }
  }

  /// All that was queued is written.
  func written() {
    guard unfinishedWrites == 0, outgoing.isEmpty else { return }
    switch phase {
    case .finishing: cut()
    case .draining: context?.close(mode: .output, promise: nil)
    case .open, .closing, .closed: break
    }
  }

  /// Ends the TCP connection now.
  func cut() {
    guard phase != .closed else { return }
    descriptor = -1
    phase = .closed
    dropOutgoing()
    context?.close(promise: nil)
  }
}

// When it is read.
extension RoomSocket {
  /// Admission has enough of this session's events in flight.
  func pauseReading(_ pause: Bool) {
    isPausedByAdmission = pause
    adjustReading()
  }

  /// A client that does not read is not read: its acknowledgements would pile up here.
  func adjustReading() {
    guard phase == .open else { return }
    setReading(!isPausedByAdmission && !isBlocked)
  }

  private func setReading(_ reading: Bool) {
    guard reading != isReading, let context else { return }
    isReading = reading
    try? context.channel.syncOptions?.setOption(.autoRead, value: reading)
  }
}
