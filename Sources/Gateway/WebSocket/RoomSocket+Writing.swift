import Glibc
import NIOCore
import Rooms

/// Something on its way out: a shared frame, or a control frame of this socket alone.
enum Outgoing {
  case frame(Frame)
  case control([UInt8])

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    switch self {
    case .frame(let frame): frame.withWireBytes(body)
    case .control(let bytes): bytes.withUnsafeBytes(body)
    }
  }
}

extension RoomSocket {
  // Glibc's module does not show these constants of <sys/socket.h>.
  private static let doNotWait: CInt = 0x40
  private static let noSignal: CInt = 0x4000
  /// More follows in this sweep: the kernel may put both into one segment.
  private static let moreFollows: CInt = 0x8000

  /// Takes a frame for the next flush; false once the kernel did not take what came before.
  func write(_ frame: Frame) -> Bool {
    guard phase == .open else { return true }
    queue(.frame(frame))
    return unfinishedWrites == 0
  }

  /// Sends a frame now, where nothing waits before it; else as ``write(_:)``.
  ///
  /// Only from a sweep, as ``flush()``, which gets what the kernel does not take: nothing is closed
  /// and nobody called back in here.
  func deliver(_ frame: Frame) -> Bool {
    guard phase == .open, outgoing.isEmpty, unfinishedWrites == 0, descriptor >= 0 else {
      return write(frame)
    }
    let piece = Outgoing.frame(frame)
    switch send(piece, 0) {
    case .whole: break
    case .part(let count) where count > 0:
      queue(.control(frame.withWireBytes { [UInt8]($0.dropFirst(count)) }))
    case .part, .failed: queue(piece)
    }
    return true
  }

  func queue(_ piece: Outgoing) {
    outgoing.append(piece)
    loop.sockets.touch(self)
  }

  /// Sends what the sweep has queued.
  ///
  /// Only from a task of the loop itself: NIO closes a descriptor and tells of it in one call, so
  /// no callback of it can run in between.
  func flush() {
    isTouched = false
    var next = 0
    var offset = 0
    if unfinishedWrites == 0, descriptor >= 0 {
      sending: while next < outgoing.count {
        let more = next + 1 < outgoing.count ? Self.moreFollows : 0
        switch send(outgoing[next], more) {
        case .whole: next += 1
        case .part(let count):
          offset = count
          break sending
        case .failed: return cut()
        }
      }
    }
    if next < outgoing.count {
      handOver(from: next, skipping: offset)
    } else {
      // An idle connection holds no buffer.
      outgoing = []
    }
    written()
  }

  private enum Sent {
    case whole
    case part(Int)
    case failed
  }

  private func send(_ piece: Outgoing, _ more: CInt) -> Sent {
    piece.withBytes { bytes in
      while true {
        let sent = Glibc.send(
          descriptor, bytes.baseAddress, bytes.count, Self.doNotWait | Self.noSignal | more)
        if sent >= 0 {
          loop.tally.bytesSent += sent
          return sent == bytes.count ? .whole : .part(sent)
        }
        switch errno {
        case EINTR: continue
        case EAGAIN, ENOBUFS: return .part(0)
        default: return .failed
        }
      }
    }
  }

  /// Gives NIO what the kernel did not take.
  private func handOver(from next: Int, skipping offset: Int) {
    guard let context, phase != .closed else { return }
    var buffer = context.channel.allocator.buffer(capacity: 0)
    for piece in outgoing[next...] { piece.withBytes { _ = buffer.writeBytes($0) } }
    outgoing = []
    loop.tally.stalls += 1
    buffer.moveReaderIndex(forwardBy: offset)
    loop.tally.bytesSent += buffer.readableBytes
    write(buffer, context)
  }

  /// Writes through NIO and counts as blocked until that is done.
  private func write(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
    let promise = loop.eventLoop.makePromise(of: Void.self)
    waits(for: promise.futureResult)
    context.writeAndFlush(wrapOutboundOut(buffer), promise: promise)
    adjustReading()
  }

  /// Counts as blocked until NIO has written this.
  func waits(for written: EventLoopFuture<Void>) {
    unfinishedWrites += 1
    written.assumeIsolated().whenComplete { [self] result in
      unfinishedWrites -= 1
      guard case .success = result, unfinishedWrites == 0 else { return }
      unblocked()
    }
  }

  private func unblocked() {
    guard slot >= 0, phase != .closed else { return }
    written()
    guard phase != .closed else { return }
    adjustReading()
    loop.delivery.writable(slot)
    if !outgoing.isEmpty { loop.sockets.touch(self) }
    loop.turnSoon()
  }
}
