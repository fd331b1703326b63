/// The page's files as they are served: the same in fewer bytes, so that a first visit is small.
///
/// Made once, by rules that know nothing but the files: what is served follows from them alone.
enum ServedText {
  /// Attributes without quotes where they need none.
  static func page(_ source: [UInt8]) -> [UInt8] {
    var served = ""
    var rest = Substring(decoding: source, as: UTF8.self)
    while let mark = rest.firstRange(of: "=\"") {
      let value = rest[mark.upperBound...].prefix { $0 != "\"" }
      let isPlain = !value.isEmpty && value.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }
      served += rest[..<mark.lowerBound]
      served += isPlain ? "=\(value)" : "=\"\(value)\""
      rest = rest[value.endIndex...].dropFirst()
    }
    return Array((served + rest).utf8)
  }

  /// Without comments and line ends, with short names for their custom properties.
  static func styles(_ sources: [[UInt8]]) -> [[UInt8]] {
    let texts = sources.map { style(String(decoding: $0, as: UTF8.self)) }
    let names = shortNames(in: texts.joined())
    return texts.map { text in
      var served = ""
      var rest = Substring(text)
      while let mark = rest.firstRange(of: "--") {
        served += rest[..<mark.upperBound]
        rest = rest[mark.upperBound...]
        let name = rest.prefix(while: \.isPartOfProperty)
        served += names[name] ?? name
        rest = rest[name.endIndex...]
      }
      return Array((served + rest).utf8)
    }
  }

  private static func style(_ source: String) -> String {
    var text = source
    while let open = text.firstRange(of: "/*") {
      let close = text[open.upperBound...].firstRange(of: "*/")?.upperBound ?? text.endIndex
      text.removeSubrange(open.lowerBound..<close)
    }
    var served = ""
    for line in text.split(separator: "\n") {
      // A value that goes on in the next line needs a space.
      if let last = served.last, !"{};,".contains(last) { served.append(" ") }
      served += line
    }
    return served
  }

  /// The most used first; equal ones in their order.
  private static func shortNames(in text: String) -> [Substring: Substring] {
    var uses: [Substring: (count: Int, order: Int)] = [:]
    for part in text.split(separator: "--", omittingEmptySubsequences: false).dropFirst() {
      let order = uses.count
      uses[part.prefix(while: \.isPartOfProperty), default: (0, order)].count += 1
    }
    var names = ShortNames(but: [])
    let found = uses.sorted { ($0.value.count, $1.value.order) > ($1.value.count, $0.value.order) }
    return Dictionary(uniqueKeysWithValues: found.map { ($0.key, names.take()) })
  }
}

extension Character {
  fileprivate var isPartOfProperty: Bool { isLetter || self == "-" }
}
