/// What a participant may be called.
package enum NameRules {
  /// Names that would pass for the model, the server or whoever runs it.
  package static let reserved = ["companion", "server", "operator"]

  /// The name without white space around it, or why it is none.
  package static func accept(_ name: String) -> Result<String, NameFault> {
    let scalars = trimmed(name.unicodeScalars)
    guard !scalars.isEmpty else { return .failure(.blank) }
    guard scalars.count <= Limits.nameScalars else {
      return .failure(.tooLong(limit: Limits.nameScalars))
    }
    var previous: Unicode.Scalar?
    var isVisible = false
    var pile = MarkPile()
    for scalar in scalars {
      guard isAllowed(scalar, after: previous) else { return .failure(.invisible(scalar)) }
      if pile.take(scalar), pile.height > Limits.nameMarks {
        return .failure(.piled(limit: Limits.nameMarks))
      }
      isVisible = isVisible || hasInk(scalar)
      previous = scalar
    }
    guard isVisible else { return .failure(.blank) }
    let accepted = String(scalars)
    if let word = NameSkeleton.reservedWord(in: accepted) { return .failure(.reserved(word)) }
    return .success(accepted)
  }

  private static func trimmed(
    _ scalars: String.UnicodeScalarView
  ) -> String.UnicodeScalarView.SubSequence {
    var rest = scalars[...]
    while let first = rest.first, first.properties.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.properties.isWhitespace { rest.removeLast() }
    return rest
  }

  /// Neither control, format, bidi, zero-width, private nor unassigned.
  ///
  /// A variation selector may follow an emoji, because keyboards type it there.
  private static func isAllowed(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar?) -> Bool {
    if scalar.value == 0xFE0F, let previous, previous.value > 0x7F {
      return previous.properties.isEmoji
    }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
      .unassigned:
      return false
    default: return !properties.isDefaultIgnorableCodePoint
    }
  }

  /// Whether something is seen where it stands alone; U+2800 is the empty Braille pattern.
  private static func hasInk(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value == 0x2800 || scalar.value == 0xFE0F { return false }
    switch scalar.properties.generalCategory {
    case .spaceSeparator, .nonspacingMark, .enclosingMark: return false
    default: return true
    }
  }
}

/// Why a name is refused.
package enum NameFault: Error, Equatable, Sendable {
  /// Nothing of it would be seen.
  case blank
  /// More Unicode scalars than the limit.
  case tooLong(limit: Int)
  /// It holds a character that is not seen, or turns the text around it.
  case invisible(Unicode.Scalar)
  /// More combining marks upon one base than the limit.
  case piled(limit: Int)
  /// It is, or looks like, this reserved name.
  case reserved(String)

  /// The reason, in words for whoever chose the name.
  package var words: String {
    switch self {
    case .blank: "a name needs at least one visible character"
    case .tooLong(let limit): "a name has at most \(limit) characters"
    case .invisible(let scalar):
      "a name cannot hold the invisible character U+\(Self.hex(scalar.value))"
    case .piled(let limit): "a name has at most \(limit) marks upon one letter"
    case .reserved(let word): "this name looks like '\(word)', which is not a visitor's name"
    }
  }

  private static func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
