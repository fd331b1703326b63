import Glibc
import LogStore

enum Reading {
  private static let rounds = 5

  /// Reads everything from offset 0, each record decoded; the best of a few passes.
  static func whole(_ path: String) throws {
    let reader = try LogReader.open(path)
    var best = Int64.max
    var bytes = 0
    var count = 0
    for _ in 0..<rounds {
      (bytes, count) = (0, 0)
      let start = nanoseconds(CLOCK_MONOTONIC)
      try reader.scan(from: 0, to: nil) { record in
        bytes += record.value.count
        count += 1
        return .advance
      }
      best = min(best, nanoseconds(CLOCK_MONOTONIC) - start)
    }
    guard bytes == count * Typing.valueBytes else { fatalError("records of another size") }
    report("events/s", Double(count) / (Double(best) / 1e9))
  }

  /// What a log that has been written to, and so many tails at its end, keep in memory.
  static func memory(_ path: String, tails: Int) throws {
    var typing = Typing()
    let sets = (0..<64).map { _ in typing.records(1_000) }
    let before = residentBytes()
    let log = try Log.open(path)
    for round in 0..<300 { try log.append(sets[round % sets.count]) }
    let writer = residentBytes()
    var seen = 0
    var idle = (0..<tails).map { _ in log.tail(from: log.state.next - 10) }
    for index in idle.indices {
      while try idle[index].poll(limit: 1_000, { _ in seen += 1 }) > 0 {}
    }
    report("writer_MiB", Double(writer - before) / 1_048_576)
    report("with_tails_MiB", Double(residentBytes() - before) / 1_048_576)
    guard seen == tails * 10 else { fatalError("a tail missed a record") }
    log.close()
  }

  private static func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, 128, file) != nil else { return 0 }
    let fields = String(decoding: line.prefix { $0 != 0 }.map { UInt8($0) }, as: UTF8.self)
      .split(separator: " ")
    return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
