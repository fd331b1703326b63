import Glibc
import LogStore
import Synchronization

/// A writer for fault batteries to kill, to starve and to cut the power of; and the judge of what
/// is left afterwards.
///
///     LogChild storm DATA ACKS [OPTIONS]    opens, holds the log against ACKS, prints one line,
///                                           appends from four threads until it is killed
///     LogChild script DATA ACKS [OPTIONS]   appends --count times from one thread and closes
///     LogChild check DATA ACKS [OPTIONS]    opens, holds the log against ACKS, prints one line
///     LogChild fill DATA ACKS [OPTIONS]     appends until there is no space, waits for space (the
///                                           end of a line on standard input lets it go on)
///
/// ACKS holds one line for each acknowledged record: its offset and a hash of its value, written
/// after the append returned. `storm` and `check` print `opened next=… epochs=… acked=… lost=…
/// wrong=… cut=… ms=… health=…`; lost are acknowledged records that are not there, wrong those that
/// are others.
@main
enum LogChild {
  static func main() {
    do { try run() } catch {
      report("refused \(error)\n")
      exit(1)
    }
  }

  private static func run() throws {
    signal(SIGXFSZ, SIG_IGN)
    let arguments = CommandLine.arguments
    guard arguments.count >= 4, let settings = Settings(arguments.dropFirst(4)) else {
      fail("usage: LogChild storm|script|check|fill DATA ACKS [--segment N] [--durability M]")
    }
    let acks = Acknowledgements(path: arguments[3])
    switch arguments[1] {
    case "storm":
      let log = try open(arguments[2], settings, against: acks)
      storm(log, acks, settings)
    case "script":
      let log = try Log.open(arguments[2], options: settings.options)
      report("opened next=\(log.state.next)\n")
      script(log, acks, settings)
      log.close()
      report("closed\n")
    case "check":
      let log = try open(arguments[2], settings, against: acks)
      log.close()
    case "fill":
      let log = try open(arguments[2], settings, against: acks)
      fill(log, acks, settings)
    default: fail("unknown: \(arguments[1])")
    }
  }

  private static func open(_ path: String, _ settings: Settings, against acks: Acknowledgements)
    throws -> Log
  {
    let time = SystemTime()
    let begin = time.monotonicNanoseconds
    let log = try Log.open(path, options: settings.options)
    let milliseconds = (time.monotonicNanoseconds - begin) / 1_000_000
    let verdict = acks.judge(log)
    report(
      "opened next=\(log.state.next) epochs=\(log.state.epochs.count) acked=\(verdict.acked) "
        + "lost=\(verdict.lost) wrong=\(verdict.wrong) cut=\(log.opening.cutBytes) "
        + "rewritten=\(log.opening.rewrittenBytes) ms=\(milliseconds) health=\(log.state.health)\n")
    return log
  }

  /// Four threads append one to forty records at a time, until the end of the process.
  private static func storm(_ log: Log, _ acks: Acknowledgements, _ settings: Settings) {
    let threads = (1..<4).map { index in
      Worker { appendForEver(log, acks, settings, lane: UInt64(index)) }
    }
    appendForEver(log, acks, settings, lane: 0)
    for thread in threads { thread.join() }
    report("stopped \(log.state.health)\n")
  }

  private static func appendForEver(
    _ log: Log, _ acks: Acknowledgements, _ settings: Settings, lane: UInt64
  ) {
    var values = Values(seed: settings.seed &+ lane &* 7_919)
    while append(values.batch(1...settings.batch), to: log, acks) == nil {}
  }

  private static func script(_ log: Log, _ acks: Acknowledgements, _ settings: Settings) {
    var values = Values(seed: settings.seed)
    for _ in 0..<settings.count {
      if let error = append(values.batch(1...8), to: log, acks) {
        report("refused \(error)\n")
        if case .poisoned = error { return }
      }
    }
  }

  /// Says `full` at every refusal, `again` at the first append after it, and counts both.
  private static func fill(_ log: Log, _ acks: Acknowledgements, _ settings: Settings) {
    var values = Values(seed: settings.seed)
    for _ in 0..<settings.count {
      var refusal: AppendError?
      while refusal == nil { refusal = append(values.batch(1...40), to: log, acks) }
      report("full \(log.state.next) \(refusal.map { "\($0)" } ?? "")\n")
      guard readLine() != nil else { return }
      while append(values.batch(1...40), to: log, acks) != nil { usleep(20_000) }
      report("again \(log.state.next)\n")
    }
    log.close()
    report("closed\n")
  }

  private static func append(_ records: [Record], to log: Log, _ acks: Acknowledgements)
    -> AppendError?
  {
    do {
      let range = try log.append(records)
      acks.note(range, records)
      return nil
    } catch {
      return error
    }
  }
}

/// A thread that can be joined; `@unchecked`: only its maker joins it.
final class Worker: @unchecked Sendable {
  private var thread = pthread_t()

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  init(_ run: @escaping @Sendable () -> Void) {
    pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, Unmanaged.passRetained(Body(run)).toOpaque())
  }

  func join() { pthread_join(thread, nil) }
}

/// Straight to the pipe, in one piece.
func report(_ line: String) {
  let bytes = Array(line.utf8)
  guard write(1, bytes, bytes.count) == bytes.count else { exit(1) }
}

func fail(_ text: String) -> Never {
  let bytes = Array("LogChild: \(text)\n".utf8)
  _ = write(2, bytes, bytes.count)
  exit(2)
}
