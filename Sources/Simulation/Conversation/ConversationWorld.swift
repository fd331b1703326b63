internal import Chat
internal import LogStore
internal import Projector
internal import Rooms

/// People in rooms, on the simulated log: admission and one loop of delivery, cut sockets, slow
/// readers, crashes; in some worlds with checkpoints, that are lost, old and hurt.
///
/// In mode `commit` alone: what people may rely on is said of that.
package final class ConversationWorld {
  let seed: UInt64
  let steps: Int
  var random: Randomness
  let disk: SimulatedDisk
  let time = SimulatedTime()
  var tally = Tally()
  var trace = Trace()
  var oracle = ConversationOracle()
  var people: [SimulatedPerson] = []
  var step = 0
  private var options = LogOptions()
  private(set) var server: Server?
  /// `nil`: every start folds the whole log.
  private var checkpoints: CheckpointDirectory?

  /// One life of the server.
  struct Server {
    let log: Log
    let admission: Admission
    let sink: SimulatedSink
    let delivery: Delivery<SimulatedSink>
    /// Sockets whose other end is gone, which the server has not noticed.
    var halfOpen: [Int32] = []
  }

  private static let path = "/data"
  private static let checkpointEvents: Int64 = 60

  package init(seed: UInt64, steps: Int) {
    self.seed = seed
    self.steps = steps
    random = Randomness(seed: seed ^ 0x00C0_FFEE)
    disk = SimulatedDisk(random: random.fork())
    options.segmentBytes = Int64(random.pick([9_000, 30_000, 60_000]))
    options.recentBytes = random.pick([0, 4_000, 200_000])
    let rooms = [RoomName("lobby"), RoomName("attic")].compactMap { $0 }
    // By the seed alone: worlds that once found something go on as they were.
    if [0, 1, 4, 5].contains(seed % 7) {
      checkpoints = CheckpointDirectory(data: Self.path, storage: disk)
    }
    for _ in 0..<random.within(2...6) {
      let session = "\(SessionID(bits: UInt32(truncatingIfNeeded: random.next())))"
      people.append(SimulatedPerson(room: random.pick(rooms), session: session))
    }
  }

  /// Lives through all steps, then lets everybody finish.
  package func run() throws(Violation) -> (trace: Trace, tally: Tally) {
    do throws(Broken) {
      try start()
      while step < steps {
        step += 1
        try act()
      }
      try finish()
    } catch {
      server?.log.abandon()
      throw Violation(world: .conversation, seed: seed, step: step, steps: steps, what: error.what)
    }
    tally[.steps] = step
    tally += disk.tally
    return (trace, tally)
  }

  private func act() throws(Broken) {
    let choice = random.below(1_000)
    trace.note(choice)
    let person = random.below(people.count)
    switch choice {
    case 0..<300: say(person)
    case 300..<520: server?.log.step()
    case 520..<640: turn()
    case 640..<840: try hear(person)
    case 840..<900: try passTime(random.within(0...400))
    case 900..<930: comeBack(person)
    case 930..<945: cut(person)
    case 945..<955: slowDown(person)
    case 955..<965: arm()
    case 965..<968: stepClock()
    case 968..<971: try passTime(random.within(1_000...40_000))
    case 971..<973: try restart(.kill)
    case 973..<975: try restart(.power)
    case 975: try restart(.clean)
    case 976: disk.faults.cut(after: random.below(30))
    default: try hear(person)
    }
    try noticeEnds()
    trace.note(server?.log.state.next ?? -1)
    if case .poisoned? = server?.log.state.health, random.once(in: 60) {
      tally[.poisonings] += 1
      try restart(.kill)
    }
    if disk.isOff { try restart(random.once(in: 3) ? .kill : .power) }
  }

  // MARK: the server's life

  enum End { case clean, kill, power }

  func start() throws(Broken) {
    do {
      let log = try Log.openStepped(
        Self.path, options: options, storage: disk, time: time, random: random.fork())
      guard log.state.health == .ok else { throw Broken("opened as \(log.state.health)") }
      try oracle.check(log, people)
      var rooms = RoomsOptions(version: "simulated")
      rooms.checkpointEvents = Self.checkpointEvents
      let checkpoint = checkpoints?.newest(of: log.state, upTo: log.state.next)
      if checkpoint != nil { tally[.checkpointsUsed] += 1 }
      let admission = try Admission(
        log: log, options: rooms, checkpoint: checkpoint, time: time, random: random.fork())
      try oracle.check(admission.committed.projection, against: log)
      let sink = SimulatedSink()
      let delivery = Delivery(
        admission: admission, port: admission.attachLoop(wake: {}),
        history: History(log: log, options: rooms, checkpoints: nil), pool: InlinePool(),
        sink: sink, time: time)
      server = Server(log: log, admission: admission, sink: sink, delivery: delivery)
      tally[.openings] += 1
    } catch let error as Broken {
      throw error
    } catch {
      throw Broken("the server did not start: \(error)")
    }
  }

  func restart(_ how: End) throws(Broken) {
    trace.note(how == .clean ? 1 : how == .kill ? 2 : 3)
    guard let server else { return }
    if !disk.isOff {
      disk.faults.disarm()
      try oracle.check(server.admission.committed.projection, against: server.log)
    }
    if how == .clean { server.log.close() } else { server.log.abandon() }
    self.server = nil
    for index in people.indices { people[index].gone() }
    disk.restart(cutting: how == .power)
    disk.capacity = .max
    if checkpoints != nil { hurtCheckpoints() }
    options.acceptClock = true
    try start()
  }

  /// Ends a loop's turn: what was said is admitted, what was committed is handed out.
  func turn() {
    guard let server else { return }
    server.delivery.endTurn()
    server.admission.absorb()
    server.delivery.pull()
  }

  func passTime(_ milliseconds: Int) throws(Broken) {
    time.pass(milliseconds: Int64(milliseconds))
    server?.admission.tick()
    server?.delivery.tick()
    turn()
    saveCheckpoint()
  }

  /// As `serve` does; one that cannot be written is not missed.
  private func saveCheckpoint() {
    guard let checkpoints, !disk.isOff, let due = server?.admission.checkpointDue() else { return }
    try? checkpoints.save(due)
  }

  /// Between two lives the newest may be lost, so that an older one is begun from, or rot.
  private func hurtCheckpoints() {
    let path = "\(Self.path)/checkpoints"
    switch random.below(6) {
    case 0:
      guard let newest = try? disk.names(in: path).last else { return }
      try? disk.remove("\(path)/\(newest)")
    case 1: if disk.rot(under: path, from: 0, &random) != nil { tally[.filesHurt] += 1 }
    default: break
    }
  }

  /// Faults end, and everybody comes back: all that was said is acknowledged then.
  private func finish() throws(Broken) {
    disk.faults.disarm()
    try restart(.kill)
    for _ in 0..<400 {
      for person in people.indices {
        comeBack(person)
        try hear(person)
      }
      server?.log.step()
      try passTime(300)
      try noticeEnds()
      if people.allSatisfy({ $0.isGreeted && $0.unacknowledged.isEmpty }) { break }
    }
    for person in people where !person.isGreeted || !person.unacknowledged.isEmpty {
      throw Broken(
        "\(person.unacknowledged.count) events of \(person.session) were never acknowledged"
          + (person.isGreeted ? "" : ", nor was it welcomed"))
    }
    try restart(.clean)
    server?.log.close()
    server = nil
  }

  func forgetHalfOpen() -> [Int32] {
    defer { server?.halfOpen = [] }
    return server?.halfOpen ?? []
  }

  func endHalfOpen(_ slot: Int32) { server?.halfOpen.removeAll { $0 == slot } }

  func leaveHalfOpen(_ slot: Int32) { server?.halfOpen.append(slot) }
}
