internal import Simulation

/// The command line of `dev/sim`.
struct Arguments {
  static let usage = """
    sim [SEEDS] [--first SEED] [--steps N] [--world log|conversation] [--seed SEED] [--every N]
      SEEDS      how many worlds (100)
      --first    the first seed (1)
      --steps    steps of each (10000)
      --world    only this kind
      --seed     one world, twice, with its trace
      --every    a line of progress after so many (1000)
    """

  struct Fault: Error {
    let what: String
  }

  var seeds: UInt64 = 100
  var first: UInt64 = 1
  var steps = 10_000
  var worlds = World.allCases
  var seed: UInt64?
  var every = 1_000

  init(_ words: some Sequence<String>) throws(Fault) {
    var words = Array(words)[...]
    while let word = words.popFirst() {
      switch word {
      case "--first": first = try Self.number(words.popFirst())
      case "--steps": steps = Int(try Self.number(words.popFirst()))
      case "--seed": seed = try Self.number(words.popFirst())
      case "--every": every = Int(try Self.number(words.popFirst()))
      case "--world":
        guard let world = words.popFirst().flatMap(World.init(rawValue:)) else {
          throw Fault(what: "no such world")
        }
        worlds = [world]
      default: seeds = try Self.number(word)
      }
    }
  }

  /// Positive, and small enough to count with.
  private static func number(_ word: String?) throws(Fault) -> UInt64 {
    guard let word, let number = UInt64(word), number > 0, number < 1 << 40 else {
      throw Fault(what: "a number was expected, not \(word ?? "nothing")")
    }
    return number
  }
}
