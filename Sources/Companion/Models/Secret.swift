/// A key for a model's server; however it is printed, dumped or interpolated, it reads `***`.
package struct Secret: Sendable, Equatable {
  private let text: String

  /// White space around it goes; nil when nothing is left or it could not stand in a header.
  package init?(_ text: String) {
    let scalars = text.unicodeScalars.drop { $0.properties.isWhitespace }
    var end = scalars.endIndex
    while end > scalars.startIndex {
      let before = scalars.index(before: end)
      guard scalars[before].properties.isWhitespace else { break }
      end = before
    }
    let key = scalars[..<end]
    guard !key.isEmpty, key.allSatisfy({ (0x21...0x7E).contains($0.value) }) else { return nil }
    self.text = String(key)
  }

  /// The one place where it is read.
  var authorization: String { "Authorization: Bearer \(text)" }

  /// Somebody else's words, without the key in case they repeat it.
  func redacted(_ words: String) -> String { words.replacing(text, with: "***") }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "***" }
  package var debugDescription: String { "***" }
  package var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}
