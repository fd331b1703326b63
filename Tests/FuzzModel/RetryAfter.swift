internal import Chat

/// How long a server asks to be left alone (RFC 9110 §10.2.3), bounded.
///
///     Retry-After: 120
///     Retry-After: Fri, 31 Dec 1999 23:59:59 GMT     RFC 850's and asctime's forms, too
///     retry-after-ms: 1500                           OpenAI's and Azure's own, finer
enum RetryAfter {
  /// Milliseconds at most, whatever a server says: a wrong date must not silence a model for ever.
  static let most: Int64 = 600_000
  /// Milliseconds after an answer that asks for less and does not say how much.
  static let unsaid: Int64 = 5_000

  /// Milliseconds from now, 0…``most``; nil when nothing legible was said.
  ///
  /// A date is counted from the answer's own `Date`, so that only one clock is asked, else from
  /// `wall`, in milliseconds since 1970.
  static func milliseconds(
    _ field: String?, finer: String? = nil, date: String? = nil, wall: Int64
  ) -> Int64? {
    if let milliseconds = finer.flatMap(number) { return min(milliseconds, most) }
    guard let field else { return nil }
    if let seconds = number(field) { return min(seconds, most / 1_000) * 1_000 }
    guard let time = time(field) else { return nil }
    return min(max(0, time - (date.flatMap(Self.time) ?? wall)), most)
  }

  /// Digits, and perhaps a fraction, which is dropped; what is too long for a number is the most.
  private static func number(_ text: String) -> Int64? {
    let parts = trimmed(text).split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = parts.first, !whole.isEmpty,
      parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    else { return nil }
    return Int64(whole) ?? most
  }

  /// Milliseconds since 1970 of any of the three forms of an HTTP date.
  private static func time(_ text: String) -> Int64? {
    let words = text.split(whereSeparator: { " ,-\t".contains($0) })
    // Sun 06 Nov 1994 08:49:37 GMT · Sunday 06 Nov 94 08:49:37 GMT · Sun Nov 6 08:49:37 1994
    guard (5...6).contains(words.count) else { return nil }
    let isASCTime = words.count == 5
    let (day, name) = isASCTime ? (words[2], words[1]) : (words[1], words[2])
    let (year, clock) = isASCTime ? (words[4], words[3]) : (words[3], words[4])
    guard let month = months.firstIndex(of: name.lowercased()), (1...2).contains(day.utf8.count)
    else { return nil }
    var century = ""
    if year.utf8.count == 2 { century = year < "70" ? "20" : "19" }
    let number = month + 1
    return UTCTime.parse(
      "\(century)\(year)-\(number < 10 ? "0" : "")\(number)-\(day.utf8.count == 1 ? "0" : "")\(day)"
        + "T\(clock)")
  }

  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  private static func trimmed(_ text: String) -> Substring {
    var text = text.drop { $0.isWhitespace }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
