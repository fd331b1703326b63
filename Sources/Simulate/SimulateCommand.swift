internal import Glibc
internal import Simulation

/// `dev/sim`: worlds by seed, and what happened in them.
@main
struct SimulateCommand {
  /// Steps after which every kind of fault must have happened.
  private static let stepsJudged = 50_000

  static func main() async {
    let arguments: Arguments
    do { arguments = try Arguments(CommandLine.arguments.dropFirst()) } catch {
      print("\(error.what)\n\(Arguments.usage)")
      exit(2)
    }
    sayLastWords()
    if let seed = arguments.seed { return again(seed, arguments) }
    await many(arguments)
  }

  /// One world, twice: with its trace hash, which must be the same.
  private static func again(_ seed: UInt64, _ arguments: Arguments) {
    for world in arguments.worlds {
      do throws(Violation) {
        let first = try Simulator.run(world, seed: seed, steps: arguments.steps)
        let second = try Simulator.run(world, seed: seed, steps: arguments.steps)
        print("\(world.rawValue), seed \(seed): trace \(hexadecimal(first.trace.hash))")
        for line in first.tally.lines { print("  \(line)") }
        guard first.trace == second.trace else {
          print("the same seed made two traces: \(hexadecimal(second.trace.hash))")
          exit(1)
        }
      } catch {
        print(error)
        exit(1)
      }
    }
  }

  private static func many(_ arguments: Arguments) async {
    let last = arguments.first + arguments.seeds - 1
    let simulator = Simulator(
      worlds: arguments.worlds, seeds: arguments.first...last, steps: arguments.steps,
      workers: max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
    let clock = ContinuousClock()
    let start = clock.now
    let outcome = await simulator.run { outcome in
      guard outcome.seeds % arguments.every == 0 else { return }
      let seconds = Double((clock.now - start).components.seconds)
      let rate = seconds > 0 ? Int(Double(outcome.seeds) / seconds * 10) : 0
      print(
        "\(outcome.seeds) seeds, \(outcome.violations.count) violations,",
        "\(rate / 10).\(rate % 10)/s")
      fflush(nil)
    }
    for violation in outcome.violations.prefix(20) { print(violation) }
    for world in arguments.worlds {
      guard let tally = outcome.tallies[world] else { continue }
      print("\(world.rawValue):")
      for line in tally.lines { print("  \(line)") }
    }
    let seconds = Double((clock.now - start) / .milliseconds(1)) / 1_000
    let judged = arguments.worlds.filter { outcome.tallies[$0]?[.steps] ?? 0 >= Self.stepsJudged }
    let missing = outcome.missing(from: judged)
    for what in missing { print("never injected: \(what)") }
    print(
      "\(outcome.seeds) seeds of \(arguments.steps) steps",
      "from \(arguments.first) on in \(seconds) s,",
      "\(Int(Double(outcome.seeds) / max(seconds, 0.001) * 100)) seeds in 100 s,",
      "\(outcome.violations.count) violations")
    exit(outcome.violations.isEmpty && missing.isEmpty ? 0 : 1)
  }

  /// A trap is a bug like any other: it says which seeds were running.
  private static func sayLastWords() {
    for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT] {
      signal(number) { number in
        for (seed, world) in Running.all {
          print("trapped; running: --world \(world.rawValue) --seed \(seed)")
        }
        fflush(nil)
        signal(number, SIG_DFL)
        raise(number)
      }
    }
  }

  private static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
