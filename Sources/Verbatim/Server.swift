internal import Companion
internal import Gateway
internal import Glibc
internal import Hashing
internal import Kafka
internal import LogStore
internal import Logging
internal import Projector
internal import Replay
internal import Rooms

/// The parts of a server, wired in the order in which they need each other, and ended in the other.
struct Server {
  private let options: ServeOptions
  private let log: Log
  private let admission: Admission
  private let companion: CompanionHost
  private let gateway: GatewayServer
  private let checkpoints: Checkpoints
  private let admin: AdminSocket?
  private let kafka: KafkaServer?

  /// Milliseconds that clients wait at least before they come back after a shutdown.
  private static let retryMilliseconds = 500

  /// Serves until SIGTERM or SIGINT; returns the exit code.
  static func run(_ options: ServeOptions) throws(Complaint) -> Int32 {
    // A closed socket or a full file is an error of a call, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    let signals = blockSignals(withHangup: options.filter != nil)
    OpenFiles.allowMost()
    let logger = Logger(label: "verbatim") { _ in
      LogLines(now: { SystemTime().wallMilliseconds })
    }
    do {
      let server = try Server(options, logger)
      server.announce(logger)
      return server.wait(for: signals, logger)
    } catch {
      throw Complaint(starting: error)
    }
  }

  private init(_ options: ServeOptions, _ logger: Logger) throws {
    self.options = options
    let time = SystemTime()
    let checkpoints = Checkpoints(data: options.data, logger: logger)
    self.checkpoints = checkpoints
    var logOptions = options.log
    logOptions.willRetain = { checkpoints.keepHead(at: $0) }
    log = try Log.open(options.data, options: logOptions, time: time)
    let state = log.state
    let checkpoint = checkpoints.directory.newest(of: state, upTo: state.next)
    admission = try Admission(
      log: log, options: options.rooms, checkpoint: checkpoint, time: time,
      random: SecureRandom())
    checkpoints.attach(log)
    companion = CompanionHost(
      log: log, rooms: admission, options: options.companion,
      from: checkpoint.map { Recollection($0.projection) } ?? Recollection(), time: time,
      logger: logger)
    var edge = GatewayOptions(listen: options.listen)
    edge.loops = options.loops
    edge.origins = options.origins
    edge.behindProxy = options.proxies
    edge.connections = ServeOptions.connectionsMost
    let status = companion.status
    edge.modelStatus = {
      status.kind == .compatible ? status.model ?? "none" : status.kind.rawValue
    }
    let kafka: KafkaServer?
    do { kafka = try Self.kafka(options, log, logger) } catch {
      log.close()
      throw error
    }
    self.kafka = kafka
    edge.moreMetrics = { Self.metrics(of: kafka) }
    do {
      gateway = try GatewayServer.start(
        admission: admission,
        history: History(log: log, options: options.rooms, checkpoints: checkpoints.directory),
        options: edge, time: time, logger: logger)
    } catch {
      kafka?.stop()
      log.close()
      throw error
    }
    companion.start()
    admin = AdminSocket(options.data, admission, logger)
  }

  /// What was found at the start on stderr, the address on stdout.
  private func announce(_ logger: Logger) {
    let opening = log.opening
    for line in opening.lines { logger.notice("\(line)") }
    switch companion.status.kind {
    case .none: logger.notice("no model: nobody answers; see --model-url")
    case .scripted: logger.notice("the model is a script: words of no meaning, for trying out")
    case .compatible: break
    }
    var address = options.listen
    address.port = gateway.localPort
    print("Verbatim \(Verbatim.version) is ready: http://\(address)/")
    fflush(nil)
  }

  /// Waits for a signal, saving checkpoints and looking after the log's health meanwhile.
  private func wait(for signals: sigset_t, _ logger: Logger) -> Int32 {
    var signals = signals
    var second = timespec(tv_sec: 1, tv_nsec: 0)
    var health = Health.ok
    while true {
      let signal = sigtimedwait(&signals, nil, &second)
      if signal == SIGHUP { readFilterAgain(logger) }
      if signal == SIGTERM || signal == SIGINT { break }
      if let due = admission.checkpointDue() { checkpoints.save(due) }
      let now = log.state.health
      if now != health { logger.warning("the log: \(now)") }
      health = now
      if options.exitsOnPoison, case .poisoned = now { return stop(logger, code: 1) }
    }
    return stop(logger, code: 0)
  }

  /// A list that cannot be read leaves the one before in force.
  private func readFilterAgain(_ logger: Logger) {
    guard let path = options.filter else { return }
    do {
      let filter = try ServeOptions.filter(path)
      admission.take(filter)
      logger.notice("--filter \(path) was read again: \(filter.count) words")
    } catch {
      logger.error("\(error): the words before stay in force")
    }
  }

  private func stop(_ logger: Logger, code: Int32) -> Int32 {
    admin?.stop()
    companion.stop()
    gateway.stop(retryMilliseconds: Self.retryMilliseconds)
    kafka?.stop()
    admission.absorb()
    let state = admission.committed
    checkpoints.save(Checkpoint(epoch: state.epoch, projection: state.projection))
    log.close()
    return code
  }

  /// - Parameter withHangup: SIGHUP means something, and does not end the process.
  private static func blockSignals(withHangup: Bool) -> sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    sigaddset(&signals, SIGINT)
    if withHangup { sigaddset(&signals, SIGHUP) }
    // Threads made from here on inherit the mask, so that only `wait` takes these.
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    return signals
  }
}
