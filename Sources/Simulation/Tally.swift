/// What happened in a world, counted; printed at the end, so that nobody believes in a simulator
/// that simulates nothing.
package struct Tally: Sendable {
  package enum Count: String, CaseIterable, Sendable {
    // The work.
    case steps, records, commits, rolls, reads, polls, welcomes, acknowledgements
    case upkeepSteps = "steps of rewriting and retention"
    case rewrites = "segments rewritten"
    case removals = "files removed"
    case resends = "events sent again"
    // Faults, each of which must happen.
    case powerCuts = "power cuts"
    case kills
    case sectorsLost = "sectors lost"
    case sectorsKept = "unsynced sectors kept"
    case entriesLost = "directory entries lost"
    case failedSyncs = "failed syncs"
    case failedWrites = "failed writes"
    case failedReads = "failed reads"
    case noSpace = "no space"
    case bitsFlipped = "bits flipped"
    case filesHurt = "files hurt at rest"
    case clockSteps = "clock steps"
    case cutInOpening = "power cuts while opening"
    case socketsCut = "sockets cut"
    case slowSockets = "slow sockets"
    // What they led to.
    case openings
    case cleanOpenings = "clean openings"
    case tornTails = "torn tails cut"
    case tailsRewritten = "tails written again"
    case segmentsEntered = "sealed segments entered"
    case newEpochs = "new epochs"
    case unknownKept = "unacknowledged records kept"
    case suffixesLost = "suffixes lost in weak modes"
    case refusals = "generations refused"
    case healings
    case poisonings
    case damageReported = "damage reported"
    case repairs
    case clocksBehind = "clocks behind at a start"
    case resumes, resets
    case checkpointsUsed = "checkpoints begun from"
  }

  /// Kinds of fault: a run in which one never happens has tested nothing of it.
  package static let logFaults: [Count] = [
    .powerCuts, .kills, .sectorsLost, .sectorsKept, .entriesLost, .failedSyncs, .failedWrites,
    .failedReads, .noSpace, .bitsFlipped, .clockSteps, .cutInOpening,
  ]
  package static let conversationFaults: [Count] = [
    .powerCuts, .kills, .failedSyncs, .noSpace, .socketsCut, .slowSockets, .clockSteps,
  ]

  private var counts = [Int](repeating: 0, count: Count.allCases.count)

  package init() {}

  package subscript(count: Count) -> Int {
    get { counts[Self.place[count] ?? 0] }
    set { counts[Self.place[count] ?? 0] = newValue }
  }

  private static let place = Dictionary(
    uniqueKeysWithValues: Count.allCases.enumerated().map { ($0.element, $0.offset) })

  package static func += (sum: inout Tally, more: Tally) {
    for index in sum.counts.indices { sum.counts[index] += more.counts[index] }
  }

  /// One line for each count that is not 0.
  package var lines: [String] {
    Count.allCases.filter { self[$0] > 0 }.map { "\($0.rawValue): \(self[$0])" }
  }
}
