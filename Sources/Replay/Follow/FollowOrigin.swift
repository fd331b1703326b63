internal import ArgumentParser
internal import LogStore

/// Where following begins, as people write it: `beginning`, `end`, `-10`, `1200`, `@TIME`.
///
/// `-10` is so many before the end; a time is ms since 1970, or ISO 8601 in UTC.
package enum FollowOrigin: Equatable, Sendable {
  case beginning
  case end
  case last(Int64)
  case offset(Int64)
  case time(Int64)

  /// The ten newest, as `tail` does.
  package static let standard = FollowOrigin.last(10)

  package init?(_ text: String) {
    switch text {
    case "beginning": self = .beginning
    case "end": self = .end
    default:
      if text.hasPrefix("@") {
        guard let time = Moment.time(text.dropFirst()) else { return nil }
        self = .time(time)
      } else if text.hasPrefix("-") {
        guard let count = Moment.number(text.dropFirst()) else { return nil }
        self = .last(count)
      } else {
        guard let offset = Moment.number(text[...]) else { return nil }
        self = .offset(offset)
      }
    }
  }
}

extension FollowOrigin: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
  package var defaultValueDescription: String { "-10" }
}
