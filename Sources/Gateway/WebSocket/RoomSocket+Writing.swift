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

  /// Bytes waiting in a socket from which on it takes no further frame of a sweep: its reader is
  /// served from segments once they are gone.
  ///
  /// On top of them come one message, and the answers to what was read before reading stopped.
  static let waitingBytes = 256 * 1024
  /// Bytes waiting in a socket that end it, whatever they are: more than any greeting.
  static let waitingBytesMost = 16 << 20
  /// Bytes that a socket copies for itself once the kernel is full; all else that waits is shared.
  static let copiedBytes = 64 * 1024

  /// Takes a frame for the next flush; false once as much waits as may, or the kernel is full.
  func write(_ frame: Frame) -> Bool {
    guard phase == .open else { return true }
    queue(.frame(frame))
    if waiting >= Self.waitingBytes { isBlocked = true }
    return !isBlocked
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
    switch send(piece, from: 0, 0) {
    case .whole: break
    case .part(let count):
      queue(piece)
      pass(count)
    case .failed: queue(piece)
    }
    return true
  }

  func queue(_ piece: Outgoing) {
    outgoing.append(piece)
    count(piece.withBytes { $0.count })
    loop.sockets.touch(self)
  }

  /// So many bytes of the first piece are gone.
  private func pass(_ bytes: Int) {
    sent += bytes
    count(-bytes)
  }

  private func count(_ bytes: Int) {
    waiting += bytes
    loop.tally.bytesWaiting += bytes
  }

  /// Nothing that waits will be sent.
  func dropOutgoing() {
    outgoing = []
    sent = 0
    count(-waiting)
  }

  /// Sends what the sweep has queued.
  ///
  /// Only from a task of the loop itself: NIO closes a descriptor and tells of it in one call, so
  /// no callback of it can run in between.
  func flush() {
    isTouched = false
    // What NIO has goes first.
    guard unfinishedWrites == 0 else { return endIfOverfull() }
    var next = 0
    if descriptor >= 0 {
      sending: while next < outgoing.count {
        let more = next + 1 < outgoing.count ? Self.moreFollows : 0
        switch send(outgoing[next], from: sent, more) {
        case .whole:
          count(sent - outgoing[next].withBytes { $0.count })
          sent = 0
          next += 1
        case .part(let count):
          pass(count)
          break sending
        case .failed: return cut()
        }
      }
    }
    if next < outgoing.count {
      outgoing.removeFirst(next)
      handOver()
    } else {
      // An idle connection holds no buffer.
      outgoing = []
      unblock()
    }
    written()
  }

  private func endIfOverfull() {
    guard waiting > Self.waitingBytesMost, !isEcho else { return }
    loop.tally.closedSlow += 1
    cut()
  }

  private enum Sent {
    case whole
    case part(Int)
    case failed
  }

  private func send(_ piece: Outgoing, from start: Int, _ more: CInt) -> Sent {
    piece.withBytes { all in
      let bytes = UnsafeRawBufferPointer(rebasing: all[start...])
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

  /// Gives NIO the next of what the kernel did not take; the rest waits for that, uncopied.
  private func handOver() {
    guard let context, phase != .closed else { return dropOutgoing() }
    var buffer = context.channel.allocator.buffer(capacity: min(waiting, Self.copiedBytes))
    var next = 0
    while next < outgoing.count, buffer.readableBytes < Self.copiedBytes {
      let isWhole = outgoing[next].withBytes { all in
        let rest = all[sent...].prefix(Self.copiedBytes - buffer.readableBytes)
        sent += buffer.writeBytes(UnsafeRawBufferPointer(rebasing: rest))
        return sent == all.count
      }
      guard isWhole else { break }
      sent = 0
      next += 1
    }
    outgoing.removeFirst(next)
    if !isStalled { loop.tally.stalls += 1 }
    isStalled = true
    loop.tally.bytesSent += buffer.readableBytes
    write(buffer, context)
  }

  /// Writes through NIO and counts as blocked until that is done.
  private func write(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
    let promise = loop.eventLoop.makePromise(of: Void.self)
    let bytes = buffer.readableBytes
    waits(for: promise.futureResult, bytes: bytes)
    context.writeAndFlush(wrapOutboundOut(buffer), promise: promise)
    adjustReading()
  }

  /// Counts as blocked until NIO has written these bytes of what waits.
  func waits(for written: EventLoopFuture<Void>, bytes: Int = 0) {
    unfinishedWrites += 1
    isBlocked = true
    written.assumeIsolated().whenComplete { [self] result in
      unfinishedWrites -= 1
      guard case .success = result, phase != .closed else { return }
      count(-bytes)
      if unfinishedWrites == 0 { goOn() }
    }
  }

  /// NIO has written what it had.
  private func goOn() {
    guard outgoing.isEmpty else {
      if slot >= 0 { loop.delivery.tookSome(slot) }
      loop.sockets.touch(self)
      return loop.turnSoon()
    }
    unblock()
    written()
    loop.turnSoon()
  }

  /// Everything is gone: the socket takes frames again.
  private func unblock() {
    guard isBlocked, unfinishedWrites == 0, phase != .closed else { return }
    isBlocked = false
    isStalled = false
    guard slot >= 0 else { return }
    adjustReading()
    loop.delivery.writable(slot)
  }
}
