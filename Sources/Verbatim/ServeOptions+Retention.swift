internal import ArgumentParser
internal import LogStore

extension ServeOptions {
  /// Bytes a segment may be sealed at: few enough for positions in an index, many enough for the
  /// segments not to be many.
  private static let segmentBytes: ClosedRange<Int64> = 64 << 10...1 << 30

  /// How much of the disk the log takes: what is set aside, what is kept, and that what is sealed
  /// gets smaller.
  mutating func readSpace(_ command: ServeCommand, _ settings: Settings) throws {
    log.rewritesSealed = true
    log.ballast = try Self.ballast(settings.value("ballast", flag: command.ballast))
    if let text = settings.value("segment-bytes", flag: command.segmentBytes) {
      guard let bytes = Self.bytes(text[...]), Self.segmentBytes ~= bytes else {
        throw ValidationError("--segment-bytes \(text): expected 64K to 1G")
      }
      log.segmentBytes = bytes
    }
    if let text = settings.value("retain-bytes", flag: command.retainBytes) {
      guard let bytes = Self.bytes(text[...]), bytes > 0 else {
        throw ValidationError("--retain-bytes \(text): expected bytes, or as 500M, 20G, 1T")
      }
      log.retainBytes = bytes
    }
    guard let text = settings.value("retain-age", flag: command.retainAge) else { return }
    guard let age = Self.age(text[...]), age > 0 else {
      throw ValidationError("--retain-age \(text): expected 12h or 30d")
    }
    log.retainAgeMilliseconds = age
    // Whole segments go: one must not go on growing for longer than what is in it may stay.
    log.segmentAgeMilliseconds = min(log.segmentAgeMilliseconds, age)
  }

  private static func ballast(_ text: String?) throws -> BallastSize {
    switch text {
    case nil: return .standard
    case "none", "0": return .none
    case let text?:
      guard let bytes = bytes(text[...]), bytes >= 0 else {
        throw ValidationError("--ballast \(text): expected bytes, as 64M, or none")
      }
      return bytes == 0 ? .none : .bytes(bytes)
    }
  }

  /// `1048576`, `500M`, `20G`; units of 1,024.
  private static func bytes(_ text: Substring) -> Int64? {
    let units: [Character: Int64] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
    guard let last = text.last, let unit = units[last] else { return Int64(text) }
    return number(text.dropLast(), times: unit)
  }

  /// `90m`, `12h` or `30d`, in milliseconds.
  private static func age(_ text: Substring) -> Int64? {
    let units: [Character: Int64] = ["s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
    guard let last = text.last, let unit = units[last] else { return nil }
    return number(text.dropLast(), times: unit)
  }

  private static func number(_ text: Substring, times unit: Int64) -> Int64? {
    guard let number = Int64(text) else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: unit)
    return overflow ? nil : product
  }
}
