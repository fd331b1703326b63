internal import Chat
internal import LogStore

/// Holds two logs against each other, record by record.
enum LogComparison {
  /// Where two logs cease to be the same.
  struct Parting: Equatable {
    let offset: Int64
    let what: String
    var line: String { "the logs differ from offset \(offset) on: \(what)" }
  }

  /// Records read from one log before as many are read from the other.
  private static let page = 4_096

  private struct Seen: Equatable {
    let record: Record
    let time: Int64
  }

  /// The first offset at which the logs hold different records; nil: they are the same.
  static func parting(of left: LogReader, and right: LogReader) throws(Complaint) -> Parting? {
    var offset = max(left.state.start, right.state.start)
    let end = min(left.state.next, right.state.next)
    while offset < end, !Interruption.isRequested {
      let (ours, theirs) = (
        try page(of: left, from: offset, to: end), try page(of: right, from: offset, to: end)
      )
      for (index, pair) in zip(ours, theirs).enumerated() where pair.0 != pair.1 {
        return Parting(offset: offset + Int64(index), what: words(pair.0, pair.1))
      }
      guard !ours.isEmpty, ours.count == theirs.count else { break }
      offset += Int64(ours.count)
    }
    guard left.state.next != right.state.next else { return nil }
    return Parting(
      offset: end,
      what: "one ends at \(left.state.next - 1), the other at \(right.state.next - 1)")
  }

  private static func page(
    of reader: LogReader, from offset: Int64, to end: Int64
  ) throws(Complaint) -> [Seen] {
    var seen: [Seen] = []
    do {
      try reader.scan(from: offset, to: min(end, offset + Int64(page))) { record in
        seen.append(Seen(record: record.record, time: record.timestamp))
        return .advance
      }
    } catch {
      throw Complaint(error)
    }
    return seen
  }

  private static func words(_ left: Seen, _ right: Seen) -> String {
    if left.record.value != right.record.value {
      return String(decoding: left.record.value, as: UTF8.self) + " in the one, "
        + String(decoding: right.record.value, as: UTF8.self) + " in the other"
    }
    if left.record.key != right.record.key { return "the rooms are different" }
    return left.time != right.time
      ? "the times are \(left.time) and \(right.time) ms" : "the headers are different"
  }
}
