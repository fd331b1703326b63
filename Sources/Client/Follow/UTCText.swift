/// Milliseconds since 1970 as ISO 8601 in UTC: `2026-01-02T03:04:05.678Z`.
///
/// The calendar is counted in years that begin in March, so that the leap day is the last one.
enum UTCText {
  static func text(_ milliseconds: Int64) -> String {
    let rest = Int(milliseconds % 86_400_000)
    // Days since 0000-03-01.
    let days = Int(milliseconds / 86_400_000) + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))T\(digits(rest / 3_600_000, 2))"
      + ":\(digits(rest / 60_000 % 60, 2)):\(digits(rest / 1_000 % 60, 2))"
      + ".\(digits(rest % 1_000, 3))Z"
  }

  private static func digits(_ value: Int, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}
