/// How the room's own time becomes the player's: faster or slower, and long silences cut short.
///
/// Each gap is mapped by itself, so that no moment of the room is lost and none comes twice.
package struct Pace: Equatable, Sendable {
  /// Bounds of the speed, in room seconds a second.
  package static let speeds = 0.0625...1_024.0

  package private(set) var speed: Double
  /// Milliseconds of the room after which a silence counts no more; nil: all of it counts.
  package let idleMilliseconds: Int64?

  package init(speed: Double = 1, idleMilliseconds: Int64? = nil) {
    self.speed = min(max(speed, Self.speeds.lowerBound), Self.speeds.upperBound)
    self.idleMilliseconds = idleMilliseconds
  }

  /// Nanoseconds from one event to the next, given the milliseconds between them in the log.
  package func nanoseconds(gap milliseconds: Int64) -> Int64 {
    let gap = min(max(0, milliseconds), idleMilliseconds ?? .max, Self.gapMost)
    return Int64(Double(gap) * 1_000_000 / speed)
  }

  package mutating func change(by factor: Double) {
    self = Pace(speed: speed * factor, idleMilliseconds: idleMilliseconds)
  }

  /// A year: longer silences are shortened even without a cap.
  private static let gapMost: Int64 = 365 * 86_400_000

  /// `4×`, `0.5×`.
  var words: String {
    speed == speed.rounded() ? "\(Int(speed))×" : "\(speed)×"
  }
}

/// A length of time as people write it: `2s`, `500ms`, `1.5s`, `3m`.
package struct TimeSpan: Equatable, Sendable {
  package let milliseconds: Int64

  package init?(_ text: String) {
    let units: [(String, Double)] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)]
    for (unit, factor) in units where text.hasSuffix(unit) {
      guard let number = Double(text.dropLast(unit.count)), number >= 0, number <= 1e9 else {
        continue
      }
      milliseconds = Int64(number * factor)
      return
    }
    return nil
  }
}
