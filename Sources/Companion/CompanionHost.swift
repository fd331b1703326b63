internal import Glibc
package import LogStore
package import Logging
package import Rooms
internal import Synchronization

/// The language model as a participant like any other: it reads the log and proposes events.
///
/// One thread waits for both, the log's commits and the models' sockets, and does everything.
/// ``stop()`` ends an open reply as `interrupted` with its words so far; where the log does not
/// take that in time, the next start does it.
package final class CompanionHost: Sendable {
  /// Milliseconds ``stop()`` leaves the log to take the last words.
  static let farewellMilliseconds = 1_000

  package let status: CompanionStatus

  private let log: any EventLog
  private let rooms: any Admitting
  private let options: CompanionOptions
  private let time: any TimeSource
  private let logger: Logger
  private let signal = CompanionSignal()
  /// Given to the thread, and let go.
  private let recollection: Mutex<Recollection>
  private let thread = Mutex<JoinableThread?>(nil)

  /// - Parameter recollection: what need not be read again, of the same log.
  package init(
    log: any EventLog, rooms: any Admitting, options: CompanionOptions,
    from recollection: Recollection = Recollection(), time: any TimeSource = SystemTime(),
    logger: Logger = Logger(label: "verbatim.companion")
  ) {
    self.log = log
    self.recollection = Mutex(recollection)
    self.rooms = rooms
    self.options = options
    self.time = time
    self.logger = logger
    status = CompanionStatus(options)
  }

  /// Reads the log from where its recollection ends and takes part from then on.
  package func start() {
    thread.withLock { thread in
      precondition(thread == nil, "the companion was started twice")
      thread = JoinableThread { [log, rooms, options, time, logger, signal, weak self] in
        Self.blockBrokenPipes()
        let loop = CompanionLoop(
          log: log, rooms: rooms, options: options, from: self?.recall() ?? Recollection(),
          time: time, logger: logger, signal: signal)
        loop.run()
      }
    }
  }

  /// SIGPIPE is not to reach the calling thread: libcurl leaves that to its user.
  private static func blockBrokenPipes() {
    var blocked = sigset_t()
    sigemptyset(&blocked)
    sigaddset(&blocked, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &blocked, nil)
  }

  private func recall() -> Recollection {
    recollection.withLock { kept in
      defer { kept = Recollection() }
      return kept
    }
  }

  /// Ends what is under way and waits for the thread; call it before the log closes.
  package func stop() {
    signal.stop()
    thread.withLock { $0 }?.join()
  }
}
