/// A script as it is served: words and signs joined, with a space where two would run together.
struct ScriptLine {
  private(set) var text = ""

  mutating func add(_ part: some StringProtocol) {
    if let last = text.last, let first = part.first, last.joins(first) { text.append(" ") }
    text.append(contentsOf: part)
  }

  mutating func drop(_ last: Character) {
    if text.last == last { text.removeLast() }
  }

  /// A file, with other names for its variables.
  mutating func add(_ module: ScriptModule, _ names: [Substring: Substring]) {
    let tokens = module.tokens
    var declarations = Declarations()
    for (index, token) in tokens.enumerated() {
      let goesOn = declarations.goesOn(tokens, index)
      if goesOn { drop(";") }
      if Self.isSpared(tokens, index) { continue }
      if token.text == "}" || token.text == ")" { drop(",") }
      if token.text == "}" { drop(";") }
      switch (module.roles[index], token.kind) {
      case (.both, _):
        add(token.text)
        if let short = names[token.name] { add(":\(short)") }
      case (.variable, _): add(names[token.name] ?? token.name)
      case (.hidden, _): add(names[token.text] ?? token.text)
      case (.other, .number): add(token.text.filter { $0 != "_" })
      case (.other, _): add(goesOn ? "," : Self.keywords[token.text] ?? token.text)
      }
    }
  }

  /// Shorter ways to say the same; nothing of the page assigns to a `const`.
  private static let keywords: [Substring: Substring] = [
    "const": "let", "undefined": "void 0", "true": "!0", "false": "!1",
  ]

  /// `(name) =>` needs no parentheses.
  private static func isSpared(_ tokens: [Script.Token], _ index: Int) -> Bool {
    func text(_ at: Int) -> Substring { tokens.indices.contains(at) ? tokens[at].text : "" }
    let open = text(index) == "(" ? index : text(index) == ")" ? index - 2 : -1
    return text(open) == "(" && tokens.indices.contains(open + 1)
      && tokens[open + 1].kind == .word && text(open + 2) == ")" && text(open + 3) == "=>"
  }
}

extension Character {
  fileprivate func joins(_ next: Character) -> Bool {
    isPartOfWord && next.isPartOfWord || self == next && (self == "+" || self == "-")
  }
}

/// Declarations behind each other that are said as one: `let a=1,b=2`.
private struct Declarations {
  /// Of each place: whether the statement under way declares.
  private var places = [false]

  /// Whether a declaration begins here that can go on the one before.
  mutating func goesOn(_ tokens: [Script.Token], _ index: Int) -> Bool {
    let token = tokens[index]
    let before: Substring = index == 0 ? ";" : tokens[index - 1].text
    if token.kind == .text || token.kind == .sign {
      if token.closes || [")", "]", "}"].contains(token.text) { places.removeLast() }
      if token.opens || ["(", "[", "{"].contains(token.text) { places.append(false) }
      return false
    }
    guard token.kind == .word, [";", "{", "}"].contains(before) else { return false }
    let declares = token.text == "const" || token.text == "let"
    defer { places[places.count - 1] = declares }
    return declares && before == ";" && places.last == true && index > 0
  }
}
