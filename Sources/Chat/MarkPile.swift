/// Combining marks piled upon one base, counted scalar by scalar.
///
/// What is not seen itself (joiners, fillers) and is no mark begins no new pile, so that nothing
/// invisible lets a pile grow higher.
package struct MarkPile: Sendable {
  /// Marks upon the base that stands now.
  package private(set) var height = 0

  package init() {}

  /// Takes the next scalar; true when it is a mark.
  package mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    // No mark is below U+0300, and nothing there is invisible but the soft hyphen.
    guard scalar.value >= 0x300 else {
      if scalar.value != 0xAD { height = 0 }
      return false
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark:
      height += 1
      return true
    default:
      if !scalar.properties.isDefaultIgnorableCodePoint { height = 0 }
      return false
    }
  }
}
