import Hashing
import LogStore
import Projector
import Replay

enum Measured {
  /// Folds everything from offset 0, without checkpoints.
  static func rebuild(_ data: String, threads: Int) throws {
    let rebuild = try Rebuild(data: data)
    let start = nanoseconds()
    let projection = try rebuild.projection(
      at: rebuild.last, usesCheckpoints: false, threads: threads)
    let seconds = Double(nanoseconds() - start) / 1e9
    report("seconds", seconds)
    report("events", Double(projection.next))
    report("events/s", Double(projection.next) / seconds)
    print("digest", projection.digest.hex)
  }

  /// Prints the log's first values, a line each.
  static func values(_ data: String, count: Int) throws {
    let output = Output.standard()
    try Rebuild(data: data).reader.scan(from: 0, to: Int64(count)) { record in
      output.line([UInt8](record.value))
      return .advance
    }
    try output.finish()
  }

  static func verify(_ data: String) throws {
    let start = nanoseconds()
    let verdict = try Verifier.verify(data: data)
    let seconds = Double(nanoseconds() - start) / 1e9
    report("ok", verdict.isOK ? 1 : 0)
    report("seconds", seconds)
    report("events/s", Double(verdict.events) / seconds)
    print("digest", verdict.digest.hex)
  }

  /// Opens the directory and makes the state at random offsets, again and again.
  static func seek(_ data: String, count: Int, seed: UInt64) throws {
    var random = Xorshift(state: seed | 1)
    var taken: [Int64] = []
    for _ in 0..<count {
      let start = nanoseconds()
      let rebuild = try Rebuild(data: data)
      let offset = Int64.random(in: 0...rebuild.last, using: &random)
      let projection = try rebuild.projection(at: offset)
      guard projection.next == offset + 1 else { fatalError("another state than was asked for") }
      taken.append(nanoseconds() - start)
    }
    taken.sort()
    report("p50_ms", Double(taken[count / 2]) / 1e6)
    report("p99_ms", Double(taken[min(count - 1, count * 99 / 100)]) / 1e6)
  }
}

private struct Xorshift: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
