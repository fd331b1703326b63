internal import ArgumentParser

/// How exactly an export says when keys were typed.
package enum ExportTiming: String, CaseIterable, ExpressibleByArgument, Sendable {
  /// To the millisecond, as in the log.
  case exact
  /// Times are floored to a tenth of a second.
  case tenths = "100ms"
  /// No times at all.
  case none

  private static let grain: Int64 = 100

  /// A time, or the milliseconds of a client's clock, as they go out.
  @inline(__always)
  func shown(_ milliseconds: Int64) -> Int64? {
    switch self {
    case .exact: milliseconds
    case .tenths: milliseconds - milliseconds % Self.grain
    case .none: nil
    }
  }

  /// What it means, for the card and for whoever asked for it.
  var note: String {
    switch self {
    case .exact:
      "Times are exact to the millisecond. The rhythm of keys identifies people like a fingerprint,"
        + " across rooms and across sites, whatever they are called: do not pass this file on"
        + " without the consent of those who typed."
    case .tenths:
      "Times are floored to 100 ms, as the public has them: the exact rhythm of keys would identify"
        + " people. Order is that of the offsets."
    case .none: "There are no times. Order is that of the offsets."
    }
  }
}
