/// A script of the page in its parts, without its comments and the space between them.
///
/// Reads what the page's own files are written in, not the whole language: statements end with
/// semicolons, a regular expression stands where a value is expected, there are no labels, and no
/// `case` has a block of its own. Tests hold the page's files, as served, against a browser.
struct Script {
  enum Kind {
    /// Names, keywords, private names with their `#`.
    case word
    case number
    /// In quotes, or one piece of a template, with its delimiters.
    case text
    case pattern
    case sign
  }

  struct Token {
    let kind: Kind
    let text: Substring
    /// Of a variable, its name among all files.
    var name: Substring = ""
    /// Of a text: the piece of a template that goes on behind an expression, or begins one.
    var opens = false
    var closes = false
  }

  private(set) var tokens: [Token] = []
  private var rest: Substring
  /// Open braces within each template's expression under way.
  private var templates: [Int] = []

  init(_ source: String) {
    rest = Substring(source)
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
      } else if rest.hasPrefix("//") {
        rest = rest.drop { $0 != "\n" }
      } else if rest.hasPrefix("/*") {
        rest = rest.firstRange(of: "*/").map { rest[$0.upperBound...] } ?? ""
      } else {
        tokens.append(token(first))
      }
    }
  }

  /// What the browser's scripts say often, and what can be said under another name: functions that
  /// need no object, and objects that stay the same.
  static let often: [Substring] = [
    ".document", ".setTimeout", ".clearTimeout", "Object.assign", "Math.max", "Math.min",
    "Date.now",
  ]

  private mutating func take(_ count: Int) -> Substring {
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private mutating func token(_ first: Character) -> Token {
    if first == "\"" || first == "'" { return Token(kind: .text, text: quoted(first)) }
    if first == "`" || (first == "}" && templates.last == 0) { return template(first) }
    if first.isNumber {
      return Token(kind: .number, text: take(rest.prefix { $0.isPartOfWord || $0 == "." }.count))
    }
    if first.isPartOfWord {
      return Token(kind: .word, text: take(1) + take(rest.prefix(while: \.isPartOfWord).count))
    }
    if first == "/", expectsValue { return Token(kind: .pattern, text: pattern()) }
    if first == "{", !templates.isEmpty { templates[templates.count - 1] += 1 }
    if first == "}", !templates.isEmpty { templates[templates.count - 1] -= 1 }
    let sign = Self.signs.first { rest.hasPrefix($0) }
    return Token(kind: .sign, text: take(sign?.count ?? 1))
  }

  /// Signs of more than one character; the longer before what they begin with.
  private static let signs = [
    "??=", "||=", "&&=", "===", "!==", ">>>", "...", "=>", "?.", "??", "||", "&&", "==", "!=", "<=",
    ">=", "**", "++", "--", "+=", "-=", "*=", "/=", "%=", "<<", ">>",
  ]

  private static let wordsBeforeValues: Set<Substring> = [
    "return", "typeof", "case", "in", "of", "void", "delete", "await",
  ]

  private var expectsValue: Bool {
    guard let last = tokens.last else { return true }
    switch last.kind {
    case .word: return Self.wordsBeforeValues.contains(last.text)
    case .number, .pattern: return false
    case .text: return last.opens
    case .sign: return ![")", "]", "}"].contains(last.text)
    }
  }

  private mutating func quoted(_ quote: Character) -> Substring {
    var length = 1
    var isEscaped = false
    for character in rest.dropFirst() {
      length += 1
      if character == quote, !isEscaped { break }
      isEscaped = character == "\\" && !isEscaped
    }
    return take(length)
  }

  private mutating func template(_ first: Character) -> Token {
    if first == "}" { templates.removeLast() }
    var length = 1
    var isEscaped = false
    var last: Character = " "
    var opens = false
    for character in rest.dropFirst() {
      length += 1
      if character == "`", !isEscaped { break }
      if character == "{", last == "$" {
        opens = true
        break
      }
      isEscaped = character == "\\" && !isEscaped
      last = character
    }
    if opens { templates.append(0) }
    return Token(kind: .text, text: take(length), opens: opens, closes: first == "}")
  }

  private mutating func pattern() -> Substring {
    var length = 1
    var isEscaped = false
    var isSet = false
    for character in rest.dropFirst() {
      length += 1
      if character == "/", !isEscaped, !isSet { break }
      if !isEscaped, character == "[" || character == "]" { isSet = character == "[" }
      isEscaped = character == "\\" && !isEscaped
    }
    return take(length + rest.dropFirst(length).prefix(while: \.isLetter).count)
  }
}

extension Character {
  /// Also of names like `$`, `#kept` and `__proto__`.
  var isPartOfWord: Bool { isLetter || isNumber || self == "_" || self == "$" || self == "#" }
}
