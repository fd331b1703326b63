/// What each word of a script is: a keyword or a property, or the name of a variable.
struct ScriptRoles {
  enum Role {
    case other
    case variable
    /// `{ name }`: a property and a variable at once.
    case both
    /// `#name`.
    case hidden
  }

  private enum Place { case block, object, type, group, list, template }

  private(set) var roles: [Role]
  private let tokens: [Script.Token]
  private var places: [Place] = []
  /// Questions open in each place: a colon ends one, or stands behind a property's name.
  private var questions = [0]
  private var isTypeAhead = false

  init(_ tokens: [Script.Token]) {
    self.tokens = tokens
    roles = Array(repeating: .other, count: tokens.count)
    for index in tokens.indices { read(index) }
  }

  private func text(_ index: Int) -> Substring {
    tokens.indices.contains(index) ? tokens[index].text : ";"
  }

  private mutating func read(_ index: Int) {
    let token = tokens[index]
    switch token.kind {
    case .word:
      if token.text == "class" { isTypeAhead = true }
      roles[index] = role(of: index)
    case .text:
      if token.closes { leave() }
      if token.opens { enter(.template) }
    case .sign: sign(index)
    case .number, .pattern: break
    }
  }

  private mutating func sign(_ index: Int) {
    switch text(index) {
    case "{":
      enter(isTypeAhead ? .type : opensObject(index) ? .object : .block)
      isTypeAhead = false
    case "(": enter(.group)
    case "[": enter(.list)
    case ")", "]", "}": leave()
    case "?": questions[questions.count - 1] += 1
    case ":" where questions.last != 0: questions[questions.count - 1] -= 1
    default: break
    }
  }

  private mutating func enter(_ place: Place) {
    places.append(place)
    questions.append(0)
  }

  private mutating func leave() {
    _ = places.popLast()
    if questions.count > 1 { questions.removeLast() }
  }

  private static let beforeObjects: Set<Substring> = [
    "(", ",", "=", "[", "?", ":", "...", "&&", "||", "??", "??=", "||=",
    "return", "const", "let", "of", "in", "await",
  ]

  private func opensObject(_ index: Int) -> Bool {
    let isTemplate = index > 0 && tokens[index - 1].opens
    return isTemplate || Self.beforeObjects.contains(text(index - 1))
  }

  private func role(of index: Int) -> Role {
    let (word, before, after) = (text(index), text(index - 1), text(index + 1))
    if word.first == "#" { return .hidden }
    if before == "." || before == "?." || Self.keywords.contains(word) { return .other }
    switch places.last {
    case .object:
      let isPrefixed = ["get", "async"].contains(before) && [",", "{"].contains(text(index - 2))
      guard before == "{" || before == "," || isPrefixed else { return .variable }
      return after == ":" || after == "(" ? .other : .both
    case .type:
      return ["{", ";", "}", "static", "async", "get"].contains(before) ? .other : .variable
    default: return .variable
    }
  }

  static let keywords: Set<Substring> = [
    "as", "async", "await", "break", "case", "catch", "class", "const", "continue", "default",
    "delete", "do", "else", "export", "extends", "false", "finally", "for", "from", "function",
    "get", "if", "import", "in", "instanceof", "let", "new", "null", "of", "return", "static",
    "super", "switch", "this", "throw", "true", "try", "typeof", "undefined", "void", "while",
  ]

  // ---- which are the script's own ----

  /// The variables that are declared in the script.
  var declared: Set<Substring> {
    Set(roles.indices.lazy.filter { roles[$0] != .other && declares($0) }.map { text($0) })
  }

  /// Whether a name stands where one is declared: behind `const` and the like, alone or in a
  /// pattern; as a parameter.
  private func declares(_ index: Int) -> Bool {
    if roles[index] == .hidden { return true }
    let (before, after) = (text(index - 1), text(index + 1))
    if ["const", "let", "function", "class"].contains(before) || after == "=>" { return true }
    return ["(", ",", "{", "[", "...", ":"].contains(before)
      && [",", ")", "}", "]", "="].contains(after) && isInPattern(index)
  }

  /// Out of the brackets around it, up to one that `const` stands before, or that heads a body.
  private func isInPattern(_ index: Int) -> Bool {
    var open = index
    while let outer = opener(before: open) {
      open = outer
      if ["const", "let", "catch"].contains(text(open - 1)) { return true }
      guard text(open) == "(" else { continue }
      let behind = text(closer(of: open) + 1)
      if behind == "=>" { return true }
      if behind == "{" { return !["if", "for", "while", "switch"].contains(text(open - 1)) }
    }
    return false
  }

  private func opener(before index: Int) -> Int? {
    var depth = 0
    for at in stride(from: index - 1, through: 0, by: -1) where tokens[at].kind == .sign {
      switch text(at) {
      case "(", "[", "{":
        if depth == 0 { return at }
        depth -= 1
      case ")", "]", "}": depth += 1
      case ";" where depth == 0: return nil
      default: break
      }
    }
    return nil
  }

  private func closer(of index: Int) -> Int {
    var depth = 0
    for at in index..<tokens.count where tokens[at].kind == .sign {
      if ["(", "[", "{"].contains(text(at)) { depth += 1 }
      if [")", "]", "}"].contains(text(at)) { depth -= 1 }
      if depth == 0 { return at }
    }
    return tokens.count
  }
}
