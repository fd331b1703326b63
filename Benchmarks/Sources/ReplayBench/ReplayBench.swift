import ArgumentParser
import Glibc
import Replay

/// One measurement a run, printed as `name value` lines; `dev/bench-replay` puts them side by side.
@main
struct ReplayBench {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.first == "command" {
      exit(Launch.run(Commands.self, Array(arguments.dropFirst())))
    }
    guard arguments.count >= 2 else { return usage() }
    let rest = Array(arguments.dropFirst(2))
    let data = arguments[1]
    func number(_ index: Int) -> Int { rest.count > index ? Int(rest[index]) ?? 0 : 0 }
    switch arguments[0] {
    case "generate": try Generated.write(data, keystrokes: number(0))
    case "rebuild": try Measured.rebuild(data, threads: number(0))
    case "values": return try Measured.values(data, count: number(0))
    case "verify": try Measured.verify(data)
    case "seek": try Measured.seek(data, count: number(0), seed: UInt64(number(1)))
    default: usage()
    }
    let usage = resources()
    report("cpu_s", seconds(usage.ru_utime) + seconds(usage.ru_stime))
    report("peak_MiB", Double(usage.ru_maxrss) / 1_024)
  }

  static func usage() {
    print(
      """
      generate DIR KEYSTROKES · rebuild DIR THREADS · verify DIR · seek DIR COUNT SEED
      values DIR COUNT · command replay|verify|dump|diff|export …
      """)
  }

  private static func resources() -> rusage {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) / 1e6
  }
}

/// The commands that need no server, as `verbatim` has them.
struct Commands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "command",
    subcommands: [
      ReplayCommand.self, VerifyCommand.self, DumpCommand.self, DiffCommand.self,
      ExportCommand.self,
    ])
}

/// Nanoseconds of a clock that never goes back.
func nanoseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

func report(_ name: String, _ value: Double) { print(name, value) }
