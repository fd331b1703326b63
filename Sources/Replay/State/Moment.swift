internal import ArgumentParser
internal import Chat
package import LogStore

/// A point of the log as people name it: `1234`, `2026-01-02T03:04:05Z`, `@1767323045000`, `-10`.
package enum Moment: Equatable, Sendable {
  /// After the record of this offset; −1 before the first.
  case offset(Int64)
  /// After every record of this time or earlier, in ms since 1970.
  case time(Int64)
  /// So many records before the end.
  case beforeEnd(Int64)

  /// A bare number from here on is a time in ms (this one is in 1973): no log has as many records.
  static let leastTime: Int64 = 100_000_000_000

  package init?(_ text: String) {
    if text.hasPrefix("@") {
      guard let time = Self.time(text.dropFirst()) else { return nil }
      self = .time(time)
    } else if text.hasPrefix("-") {
      guard let count = Self.number(text.dropFirst()) else { return nil }
      self = .beforeEnd(count)
    } else if let number = Self.number(text[...]) {
      self = number >= Self.leastTime ? .time(number) : .offset(number)
    } else if let time = UTCTime.parse(text) {
      self = .time(time)
    } else {
      return nil
    }
  }

  /// Milliseconds since 1970, or ISO 8601.
  static func time(_ text: Substring) -> Int64? { number(text) ?? UTCTime.parse(String(text)) }

  static func number(_ text: Substring) -> Int64? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int64(text)
  }

  /// The last offset of the state that is meant: the state is that after it.
  package func offset(in reader: LogReader) throws(Complaint) -> Int64 {
    let (start, next) = (reader.state.start, reader.state.next)
    let last: Int64
    switch self {
    case .offset(let offset): last = offset
    case .beforeEnd(let count):
      guard count <= next - start else {
        throw Complaint(.usage, "the log has \(next - start) events, not \(count)")
      }
      last = next - 1 - count
    case .time(let milliseconds):
      do { last = try reader.offset(forTime: milliseconds + 1) - 1 } catch {
        throw Complaint(error)
      }
    }
    guard last >= start - 1, last < next else {
      throw Complaint(.usage, "offset \(last) is not in the log, which has \(start) to \(next - 1)")
    }
    return last
  }
}

extension Moment: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
}
