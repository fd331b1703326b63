internal import ArgumentParser
package import Chat
internal import Hashing
internal import LogStore

/// What an export writes.
package enum ExportFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
  case jsonl, messages, csv, parquet

  /// Whether its rows are keystrokes.
  var isOfKeystrokes: Bool { self == .csv || self == .parquet }
}

/// What an export was asked to be.
package struct ExportPlan {
  package var data: String
  package var format: ExportFormat
  package var room: RoomName?
  package var from: Moment?
  package var to: Moment?
  package var timing = ExportTiming.tenths
  package var includesHidden = false
  package var keepsNames = false
  /// 32 bytes; nil: drawn for this export, and forgotten.
  package var key: [UInt8]?
  package var out: String
  package var overwrites = false

  package init(data: String, format: ExportFormat, out: String) {
    (self.data, self.format, self.out) = (data, format, out)
  }

  /// Where the data card goes.
  package var cardPath: String { out + ".card.json" }

  /// The offsets meant: from the first up to before the second.
  func offsets(in reader: LogReader) throws(Complaint) -> Range<Int64> {
    let state = reader.state
    let last = try to?.offset(in: reader) ?? state.next - 1
    var first = state.start
    switch from {
    case nil: break
    case .offset(let offset)?: first = offset
    case .beforeEnd(let count)?: first = max(state.start, state.next - count)
    case .time(let milliseconds)?:
      do { first = try reader.offset(forTime: milliseconds) } catch { throw Complaint(error) }
    }
    guard first >= state.start, first <= state.next else {
      throw Complaint(
        .usage, "offset \(first) is not in the log, which has \(state.start) to \(state.next - 1)")
    }
    guard first <= last + 1 else {
      throw Complaint(.usage, "--from (offset \(first)) lies behind --to (offset \(last))")
    }
    return first..<last + 1
  }

  func pseudonyms() -> Pseudonyms? {
    guard !keepsNames else { return nil }
    var random = SecureRandom()
    let drawn = (0..<Pseudonyms.keyBytes).map { _ in UInt8.random(in: 0...255, using: &random) }
    return Pseudonyms(key: key ?? drawn)
  }
}
