import Chat
import LogStore
import NIOCore
import NIOHTTP1
import Rooms

/// One client's server-sent events: its room's events from a cursor on, for as long as it listens.
///
/// It holds a cursor and no events: what it writes next is read when the last was taken. Confined
/// to its loop.
final class EventStream {
  private let connection: WebConnection
  private let room: RoomName
  /// Its place among the sessions of its address; nil when nobody counts.
  private let place: AddressPlace?
  private var cursor: Cursor
  private var isReading = false
  private var isWritable = true
  private var isOver = false
  private var quietSeconds = 0
  private var blockedSeconds = 0

  /// Seconds without an event after which a comment shows that the stream lives.
  private static let quietSecondsMost = 15
  /// Seconds a client may take nothing.
  private static let blockedSecondsMost = 30
  private static let eventsAtOnce = 200

  init(
    _ connection: WebConnection, _ room: RoomName, from cursor: Cursor, place: AddressPlace?
  ) {
    self.place = place
    self.connection = connection
    self.room = room
    self.cursor = cursor
  }

  private var loop: GatewayLoop { connection.loop }

  /// Something may have been committed.
  func poke() {
    guard !isOver, !isReading, isWritable else { return }
    guard cursor.offset < loop.gateway.admission.log.state.next else { return }
    isReading = true
    let stream = NIOLoopBound(self, eventLoop: loop.eventLoop)
    let (record, room, cursor, eventLoop) = (
      loop.gateway.site.record, room, cursor, loop.eventLoop
    )
    loop.gateway.readers.run {
      let lines = try? record.events(
        in: room, from: cursor, limit: Self.eventsAtOnce, as: .serverSent)
      eventLoop.execute { stream.value.take(lines) }
    }
  }

  private func take(_ lines: EventLines?) {
    isReading = false
    guard !isOver else { return }
    // Gone or unreadable: the client comes back with its last id and is told.
    guard let lines else { return finish() }
    cursor = lines.next
    if !lines.bytes.isEmpty {
      quietSeconds = 0
      connection.write(part: lines.bytes)
    }
    if !lines.isAtEnd { poke() }
  }

  func writabilityChanged(_ isWritable: Bool) {
    self.isWritable = isWritable
    blockedSeconds = 0
    poke()
  }

  /// A second has passed.
  func tick() {
    guard !isOver else { return }
    poke()
    guard isWritable else {
      blockedSeconds += 1
      if blockedSeconds > Self.blockedSecondsMost { finish() }
      return
    }
    quietSeconds += 1
    guard quietSeconds >= Self.quietSecondsMost else { return }
    quietSeconds = 0
    // With the place reached: what was passed over in other rooms is not read again.
    connection.write(part: Array(": quiet\nid: \(cursor.text)\n\n".utf8))
  }

  /// Ends the stream and its connection.
  func finish() {
    guard !isOver else { return }
    ended()
    connection.context?.close(promise: nil)
  }

  /// The connection is gone.
  func ended() {
    guard !isOver else { return }
    isOver = true
    loop.gateway.doors.leave(place)
    loop.remove(self)
  }
}

extension WebConnection {
  /// Begins a stream that ends with the connection.
  ///
  /// `isReset`: the client's own place is not in this log; an event of that name says so.
  func begin(_ room: RoomName, _ cursor: Cursor, isReset: Bool, _ request: HTTPRequestHead) {
    guard let context, let place = enter(request, opensRoom: false) else { return }
    var headers = Answer(.events, []).headers
    headers.replaceOrAdd(name: "Connection", value: "close")
    // nginx holds answers back unless told not to.
    headers.add(name: "X-Accel-Buffering", value: "no")
    let head = HTTPResponseHead(version: request.version, status: .ok, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    write(part: Array("retry: 2000\n\n".utf8))
    if isReset {
      write(part: Array("event: reset\nid: \(cursor.text)\ndata: {\"type\":\"reset\"}\n\n".utf8))
    }
    let stream = EventStream(self, room, from: cursor, place: place)
    keep(stream)
    loop.add(stream)
    stream.poke()
  }

  func write(part bytes: [UInt8]) {
    guard let context else { return }
    loop.tally.bytesSent += bytes.count
    let body = context.channel.allocator.buffer(bytes: bytes)
    context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
  }
}
