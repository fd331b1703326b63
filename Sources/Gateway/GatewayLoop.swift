import Chat
import LogStore
import Logging
import NIOCore
import Rooms

/// One event loop's share of the gateway: its sockets, its delivery, its turns.
///
/// Confined to the loop.
final class GatewayLoop {
  let eventLoop: any EventLoop
  let gateway: GatewayParts
  let sockets: LoopSockets
  let delivery: Delivery<LoopSockets>
  /// What this loop counted and has not yet added to the gateway's counters.
  var tally = LoopTally()
  private(set) var isStopping = false

  private var isTurnDue = false
  private var isSweepDue = false
  private var isAbsorptionDue = false
  private var lastSweepEnd = NIODeadline.uptimeNanoseconds(0)
  /// Between the last sweep and the next.
  private var pause = TimeAmount.zero
  /// Every accepted connection, so that all can be ended.
  private var channels: [ObjectIdentifier: any Channel] = [:]
  private var streams: [ObjectIdentifier: EventStream] = [:]
  private var emptied: EventLoopPromise<Void>?

  /// The longest pause between two sweeps of writes.
  private static let pauseMost = TimeAmount.milliseconds(5)

  init(eventLoop: any EventLoop, gateway: GatewayParts, port: LoopPort) {
    self.eventLoop = eventLoop
    self.gateway = gateway
    sockets = LoopSockets()
    delivery = Delivery(
      admission: gateway.admission, port: port, history: gateway.history, pool: gateway.readers,
      sink: sockets, time: gateway.time)
  }
}

// Turns and sweeps.
extension GatewayLoop {
  /// Something was read: admission hears of it once, at the end of this turn of the loop.
  func turnSoon() {
    guard !isTurnDue else { return }
    isTurnDue = true
    eventLoop.assumeIsolated().execute { self.turn() }
  }

  private func turn() {
    isTurnDue = false
    delivery.handIn()
    sockets.flush()
    publishTally()
  }

  /// The log has committed, and this loop folds that for all.
  func absorbSoon() {
    isAbsorptionDue = true
    sweepSoon()
  }

  /// Parcels wait.
  ///
  /// At once when idle, else after a pause as long as the last sweep was at its readers: what is
  /// committed meanwhile goes out in the same frame. Acknowledgements alone make no pause: none of
  /// them gains by waiting for others.
  func sweepSoon() {
    guard !isSweepDue, isAbsorptionDue || delivery.hasParcels else { return }
    isSweepDue = true
    let due = lastSweepEnd + pause
    if due <= .now() {
      eventLoop.assumeIsolated().execute { self.sweep() }
    } else {
      eventLoop.assumeIsolated().scheduleTask(deadline: due) { self.sweep() }
    }
  }

  private func sweep() {
    isSweepDue = false
    if isAbsorptionDue {
      isAbsorptionDue = false
      gateway.bell.answer()
      gateway.admission.absorb()
    }
    delivery.pull()
    sockets.flush()
    lastSweepEnd = .now()
    pause = min(Self.pauseMost, .nanoseconds(delivery.takeDeliveringTime()))
    for stream in streams.values { stream.poke() }
    publishTally()
  }

  /// Lets a second pass.
  func tick() {
    delivery.tick()
    for stream in streams.values { stream.tick() }
    tellOfFailedReads()
    publishTally()
  }

  /// At most a line a second, however many clients want what is damaged.
  private func tellOfFailedReads() {
    let failed = delivery.takeFailedReads()
    guard let error = failed.newest else { return }
    tally.failedReads += failed.count
    gateway.logger.error(
      "cannot read for clients", metadata: ["reads": "\(failed.count)", "newest": "\(error)"])
  }

  private func publishTally() {
    tally.pauses = delivery.takePauses()
    gateway.counters.add(tally)
    tally = LoopTally()
  }
}

// Who is here.
extension GatewayLoop {
  func accepted(_ channel: any Channel) {
    channels[ObjectIdentifier(channel)] = channel
    channel.closeFuture.assumeIsolated().whenComplete { _ in self.forget(channel) }
    if isStopping { channel.close(promise: nil) }
  }

  private func forget(_ channel: any Channel) {
    channels[ObjectIdentifier(channel)] = nil
    guard channels.isEmpty else { return }
    emptied?.succeed()
    emptied = nil
  }

  func opened(_ socket: RoomSocket) -> Int32 {
    tally.socketsOpened += 1
    let slot = delivery.open(
      room: socket.room, granting: socket.place?.grant, from: socket.address)
    sockets[slot] = socket
    turnSoon()
    return slot
  }

  func closed(_ socket: RoomSocket, _ slot: Int32) {
    tally.socketsClosed += 1
    sockets[slot] = nil
    gateway.doors.leave(socket.place, left: delivery.left(of: slot))
    delivery.closed(slot)
    turnSoon()
  }

  func add(_ stream: EventStream) {
    tally.streamsOpened += 1
    streams[ObjectIdentifier(stream)] = stream
  }

  func remove(_ stream: EventStream) {
    guard streams.removeValue(forKey: ObjectIdentifier(stream)) != nil else { return }
    tally.streamsClosed += 1
  }
}

// The end.
extension GatewayLoop {
  /// Answers no new request; succeeds once every connection is gone.
  func beginStopping() -> EventLoopFuture<Void> {
    isStopping = true
    let promise = eventLoop.makePromise(of: Void.self)
    guard !channels.isEmpty else {
      promise.succeed()
      return promise.futureResult
    }
    emptied = promise
    for channel in channels.values {
      channel.pipeline.fireUserInboundEventTriggered(StopServing())
    }
    return promise.futureResult
  }

  func closeEverything() {
    for channel in channels.values { channel.close(promise: nil) }
  }
}

/// Tells a connection that the server goes: end as soon as the present answer is out.
struct StopServing: Sendable {}
