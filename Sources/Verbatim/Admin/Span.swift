internal import ArgumentParser
internal import Chat
internal import Glibc
internal import LogStore

/// A length of time as people write it: `500ms`, `30s`, `10m`, `2h`, `7d`.
struct Span: ExpressibleByArgument {
  let milliseconds: Int64

  /// Longer than anybody means: a thousand years.
  private static let most: Int64 = 365_000 * 86_400_000

  init?(argument text: String) {
    let units: [(String, Int64)] = [
      ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]
    for (unit, factor) in units where text.hasSuffix(unit) {
      guard let number = Int64(text.dropLast(unit.count)), number > 0,
        number <= Self.most / factor
      else { continue }
      milliseconds = number * factor
      return
    }
    return nil
  }

  /// The wall clock, in ms since 1970.
  static var now: Int64 { SystemTime().wallMilliseconds }
}

extension ParticipantID: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
}

extension RoomMode: ExpressibleByArgument {}
