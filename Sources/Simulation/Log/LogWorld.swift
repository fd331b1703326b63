internal import LogStore

/// A log on the simulated disk, with writers, readers and crashes, stepped by one seed.
package final class LogWorld {
  let seed: UInt64
  let steps: Int
  var random: Randomness
  let disk: SimulatedDisk
  let time = SimulatedTime()
  var oracle = LogOracle()
  var trace = Trace()
  var tally = Tally()
  var options = LogOptions()
  var step = 0

  var log: Log?
  private var observation: Observation?
  /// What the observer found wrong; thrown by the step that caused it.
  private var observed: Broken?
  private var upkeep: SteppedUpkeep?
  var tails: [Tail] = []
  /// The generation each writer believes in.
  private var generations: [UInt64]
  /// A time that was looked up, and what was found.
  var sought: (time: Int64, offset: Int64)?
  /// How the log was last served, and how it ended.
  var servedDurability: Durability?
  var isSure = true
  /// The power went since the log was last served.
  var lostPower = false
  var endedClean = false

  static let path = "/data"
  private static let writersMax = 4
  private static let tailsMax = 6

  package init(seed: UInt64, steps: Int) {
    self.seed = seed
    self.steps = steps
    random = Randomness(seed: seed)
    disk = SimulatedDisk(random: random.fork())
    generations = [UInt64](repeating: 1, count: random.within(1...Self.writersMax))
    // Sizes that make rolls, rings that overflow and splits common.
    options.segmentBytes = Int64(random.pick([700, 3_000, 9_000, 30_000, 30_000, 60_000]))
    options.segmentAgeMilliseconds = Int64(random.pick([2_000, 60_000, 604_800_000]))
    options.recentBytes = random.pick([0, 2_000, 20_000, 200_000])
    options.preparesZeros = random.once(in: 2)
    options.rewritesSealed = random.once(in: 3)
    let keepsAll = options.segmentBytes > 5_000 && random.once(in: 4)
    options.retainBytes = keepsAll ? nil : Int64(random.within(8_000...100_000))
    options.retainAgeMilliseconds = random.once(in: 4) ? 60_000 : nil
    options.ballast = random.once(in: 3) ? .bytes(Int64(random.within(200...8_000))) : .none
  }

  /// Lives through all steps.
  package func run() throws(Violation) -> (trace: Trace, tally: Tally) {
    do throws(Broken) {
      try reopen()
      while step < steps {
        step += 1
        try act()
      }
      disk.faults.disarm()
      disk.capacity = .max
      try stop(.clean)
      try reopen(isCalm: true)
      try readAll()
      end(.clean)
    } catch {
      end(.kill)
      throw Violation(world: .log, seed: seed, step: step, steps: steps, what: error.what)
    }
    tally[.steps] = step
    tally += disk.tally
    return (trace, tally)
  }

  private func act() throws(Broken) {
    let choice = random.below(1_000)
    trace.note(choice)
    switch choice {
    case 0..<330: try submit()
    case 330..<640: try stepLog()
    case 640..<800: try poll()
    case 800..<850: passTime()
    case 850..<880: try stepUpkeep()
    case 880..<920: try scan()
    case 920..<940: try seek()
    case 940..<965: moveTail()
    case 965..<968: try readBeside()
    case 968..<972: stepClock()
    case 972..<986: arm()
    case 986..<990: changeSpace()
    case 990..<993: try restart(.clean)
    case 993..<996: try restart(.kill)
    case 996: disk.faults.cut(after: random.below(30))
    default: if random.once(in: 2) { try restart(.power) }
    }
    if disk.isOff { try restart(random.once(in: 4) ? .kill : .power) }
  }

  // MARK: writing

  private func submit() throws(Broken) {
    guard let log else { return }
    let writer = random.below(generations.count)
    let count = random.once(in: 400) ? random.within(4_000...4_500) : random.within(1...9)
    let isLarge = count >= 4_000
    var records: [Record] = []
    var contents: [UInt64] = []
    for _ in 0..<count {
      if isLarge, let last = records.last, random.below(8) > 0 {
        records.append(last)
        contents.append(contents[contents.count - 1])
        continue
      }
      let (record, content) = SimulatedRecord.make(&random)
      records.append(record)
      contents.append(content)
    }
    do {
      let first = try log.submit(records, generation: generations[writer])
      try oracle.submitted(contents, at: first)
      tally[.records] += count
    } catch let error as AppendError {
      try refused(error, writer)
    } catch let error as Broken {
      throw error
    } catch {
      throw Broken("\(error)")
    }
  }

  private func refused(_ error: AppendError, _ writer: Int) throws(Broken) {
    let health = log?.state.health
    switch (error, health) {
    case (.full, _): break
    case (.refused(let generation), _):
      // As admission does: throw away what was decided, go on under a newer generation.
      guard generation == log?.state.refusedGeneration, generations[writer] <= generation else {
        throw Broken("generation \(generations[writer]) was refused as \(generation)")
      }
      generations[writer] = generation + 1
      tally[.refusals] += 1
    case (.noSpace, .noSpace?), (.poisoned, .poisoned?): break
    default: throw Broken("an append was refused, \(error), in a log that is \(health as Any)")
    }
  }

  private func passTime() {
    time.pass(milliseconds: Int64(random.within(0...(random.once(in: 16) ? 4_000 : 90))))
  }

  func stepLog() throws(Broken) {
    try watched { log?.step() }
  }

  /// Rewriting and retention, a piece at a time.
  private func stepUpkeep() throws(Broken) {
    guard let upkeep else { return }
    try watched {
      for _ in 0..<random.within(1...6) where upkeep.step() { tally[.upkeepSteps] += 1 }
    }
    if let log, !disk.isOff { try oracle.retained(from: log.state.start) }
  }

  /// Runs a turn of the writer, and compares the log's state before and after.
  private func watched(_ body: () -> Void) throws(Broken) {
    guard let log else { return }
    let before = log.state
    body()
    if let observed { throw observed }
    guard !disk.isOff else { return }
    let after = log.state
    trace.note(after.next)
    trace.note(after.refusedGeneration)
    if after.clockBehindMilliseconds > 0 { trace.note(after.clockBehindMilliseconds) }
    switch (before.health, after.health) {
    case (.ok, .ok) where before.refusedGeneration == after.refusedGeneration: break
    case (.ok, .noSpace), (.noSpace, .noSpace): if before.health == .ok { oracle.refused() }
    case (_, .poisoned):
      if before.health != after.health { tally[.poisonings] += 1 }
      oracle.ended()
      guard disk.faults.struck > 0 else {
        throw Broken("poisoned without a fault: \(after.health)")
      }
    case (.noSpace, .ok):
      tally[.healings] += 1
      if !isSure { try oracle.served(after.epochs, mustBeNew: nil) }
      isSure = true
      servedDurability = options.durability
    default:
      throw Broken("health went from \(before.health) to \(after.health)")
    }
    guard after.next == oracle.next else {
      throw Broken("the log shows \(after.next), and told of \(oracle.next)")
    }
  }

  private func committed() {
    guard let log, !disk.isOff, observed == nil else { return }
    do throws(Broken) {
      let isDurable = options.durability == .commit
      let count = try oracle.committed(to: log.state.next, isDurable: isDurable)
      if count > 0 { tally[.commits] += 1 }
    } catch { observed = error }
  }

  // MARK: the process's life

  /// Takes a log into service that an opening has returned.
  func serve(_ opened: Log) {
    log = opened
    let world = Unowned(self)
    observation = opened.observe { world.world.committed() }
    let hasUpkeep = options.rewritesSealed || options.retainBytes != nil
    upkeep = hasUpkeep ? opened.steppedUpkeep(options) : nil
    tails = []
    while tails.count < random.within(1...Self.tailsMax) {
      tails.append(opened.tail(from: place()))
    }
    for writer in generations.indices { generations[writer] = opened.state.refusedGeneration + 1 }
  }

  enum End { case clean, kill, power }

  func end(_ how: End) {
    if how == .clean { log?.close() } else { log?.abandon() }
    observation?.cancel()
    observation = nil
    upkeep = nil
    log = nil
    tails = []
  }

  /// Somewhere in the log: its ends more often than elsewhere.
  func place() -> Int64 {
    switch random.below(4) {
    case 0: oracle.next
    case 1: max(oracle.start, oracle.next - Int64(random.below(40)))
    default: random.within(oracle.start...oracle.next)
    }
  }
}

/// `@unchecked`: the observer runs on the world's own thread, in its step.
private struct Unowned: @unchecked Sendable {
  unowned let world: LogWorld
  init(_ world: LogWorld) { self.world = world }
}
