/// Milliseconds since 1970 and how people write them: ISO 8601, always UTC.
///
/// The calendar is counted in years that begin in March, so that the leap day is the last one.
package enum UTCTime {
  private static let dayMilliseconds: Int64 = 86_400_000
  private static let eraDays = 146_097
  /// From 0000-03-01 to 1970-01-01.
  private static let epochDays = 719_468

  /// `2026-01-02T03:04:05.678Z`.
  package static func text(_ milliseconds: Int64) -> String {
    "\(date(milliseconds))T\(clock(milliseconds))Z"
  }

  /// `2026-01-02`.
  package static func date(_ milliseconds: Int64) -> String {
    let days = Int(floorDivide(milliseconds, dayMilliseconds)) + epochDays
    let era = Int(floorDivide(Int64(days), Int64(eraDays)))
    let dayOfEra = days - era * eraDays
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
  }

  /// `03:04:05.678`.
  package static func clock(_ milliseconds: Int64) -> String {
    let rest = Int(milliseconds - floorDivide(milliseconds, dayMilliseconds) * dayMilliseconds)
    let (seconds, fraction) = rest.quotientAndRemainder(dividingBy: 1_000)
    return "\(digits(seconds / 3_600, 2)):\(digits(seconds / 60 % 60, 2)):"
      + "\(digits(seconds % 60, 2)).\(digits(fraction, 3))"
  }

  /// Reads a time; `nil` for anything else, and before 1970.
  ///
  /// `2026-01-02`, `2026-01-02T03:04`, `…:05`, `…:05.678`, each with or without `Z`; digits behind
  /// milliseconds are dropped.
  package static func parse(_ text: String) -> Int64? {
    var rest = text[...]
    if rest.last == "Z" || rest.last == "z" { rest.removeLast() }
    let halves = rest.split(omittingEmptySubsequences: false) {
      $0 == "T" || $0 == "t" || $0 == " "
    }
    guard (1...2).contains(halves.count), let days = days(halves[0]) else { return nil }
    var milliseconds = Int64(days) * dayMilliseconds
    if halves.count == 2 {
      guard let clock = clock(halves[1]) else { return nil }
      milliseconds += clock
    }
    return milliseconds >= 0 ? milliseconds : nil
  }

  private static func days(_ text: Substring) -> Int? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, let year = number(parts[0], 4), let month = number(parts[1], 2),
      let day = number(parts[2], 2), (1...12).contains(month),
      (1...length(of: month, year)).contains(day)
    else { return nil }
    let marchYear = month <= 2 ? year - 1 : year
    let marchMonth = month <= 2 ? month + 9 : month - 3
    let era = Int(floorDivide(Int64(marchYear), 400))
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * eraDays + dayOfEra - epochDays
  }

  private static func clock(_ text: Substring) -> Int64? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), let hour = number(parts[0], 2), hour < 24,
      let minute = number(parts[1], 2), minute < 60
    else { return nil }
    var milliseconds = Int64(hour * 3_600 + minute * 60) * 1_000
    guard parts.count == 3 else { return milliseconds }
    let seconds = parts[2].split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(seconds.count), let second = number(seconds[0], 2), second < 60 else {
      return nil
    }
    milliseconds += Int64(second) * 1_000
    guard seconds.count == 2 else { return milliseconds }
    guard !seconds[1].isEmpty, seconds[1].allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return nil
    }
    let three = seconds[1].prefix(3) + String(repeating: "0", count: max(0, 3 - seconds[1].count))
    return Int64(three).map { milliseconds + $0 }
  }

  private static func length(of month: Int, _ year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func number(_ text: Substring, _ count: Int) -> Int? {
    guard text.utf8.count == count, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Int(text)
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }

  private static func digits(_ value: Int, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}
