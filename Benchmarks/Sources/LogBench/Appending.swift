import Glibc
import LogStore

enum Appending {
  /// Different records to append in turn, so that no batch is like the one before; few enough to
  /// be in a cache, as records are that somebody has just made.
  private static let sets = 8

  private static func recordSets(of count: Int) -> [[Record]] {
    var typing = Typing()
    return (0..<sets).map { _ in typing.records(count) }
  }

  /// Appends so many records at a time, each time waiting until they are durable.
  static func durable(_ path: String, per count: Int, milliseconds: Int, zeros: Bool = true) throws
  {
    let log = try Log.open(path, options: LogOptions(preparesZeros: zeros))
    let sets = recordSets(of: count)
    for set in sets.prefix(8) { try log.append(set) }
    let start = nanoseconds(CLOCK_MONOTONIC)
    let processor = nanoseconds(CLOCK_PROCESS_CPUTIME_ID)
    let end = start + Int64(milliseconds) * 1_000_000
    var appends = 0
    var now = start
    while now < end {
      try log.append(sets[appends % sets.count])
      appends += 1
      now = nanoseconds(CLOCK_MONOTONIC)
    }
    let seconds = Double(now - start) / 1e9
    let spent = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - processor
    report("events/s", Double(appends * count) / seconds)
    report("appends/s", Double(appends) / seconds)
    report("process_us/event", Double(spent) / 1e3 / Double(appends * count))
    log.close()
  }

  /// What the processor does for an event, in and out of the writer: a log without a thread of its
  /// own and without syncs, so that one thread's clock tells them apart.
  static func cost(_ path: String, per count: Int, batches: Int) throws {
    let log = try Log.openStepped(
      path, options: LogOptions(durability: .os), storage: POSIXStorage(), time: SystemTime(),
      random: SystemRandomNumberGenerator())
    let sets = recordSets(of: count)
    var handing: Int64 = 0
    var writing: Int64 = 0
    for batch in 0..<batches + sets.count {
      let start = nanoseconds(CLOCK_THREAD_CPUTIME_ID)
      try log.submit(sets[batch % sets.count], generation: 1)
      let handed = nanoseconds(CLOCK_THREAD_CPUTIME_ID)
      log.step()
      guard batch >= sets.count else { continue }
      writing += nanoseconds(CLOCK_THREAD_CPUTIME_ID) - handed
      handing += handed - start
    }
    let events = Double(batches * count)
    report("writer_us/event", Double(writing) / 1e3 / events)
    report("handoff_us/event", Double(handing) / 1e3 / events)
    log.close()
  }

  /// A log to read: batches of 1,000, as they come under load.
  static func fill(_ path: String, records: Int) throws {
    let log = try Log.open(path, options: LogOptions(durability: .os))
    var typing = Typing()
    for _ in 0..<records / 1_000 { try log.append(typing.records(1_000)) }
    log.close()
  }
}
