/// One file of scripts, to be said in one script with others: its imports and exports are taken
/// out of it, and what it has at its top is called `file.name`, in the files that import it too.
struct ScriptModule {
  let name: String
  private(set) var tokens: [Script.Token] = []
  private(set) var roles: [ScriptRoles.Role] = []
  /// What is imported, as `file.name`.
  private(set) var imports: [Substring] = []
  /// Numbers at the top, which are said where they are used.
  private(set) var numbers: [Substring: Substring] = [:]
  /// What the file calls its own, but for its top.
  private(set) var locals: Set<Substring> = []
  /// Names at the top and imported ones, as they are written here.
  private var outer: [Substring: Substring] = [:]
  /// Names of whole files: `import * as say`.
  private var spaces: [Substring: Substring] = [:]

  init(_ name: String, _ source: String) {
    self.name = name
    read(Script(source).tokens[...])
    let found = ScriptRoles(tokens)
    roles = found.roles
    locals = found.declared.filter { outer[$0] == nil }
    for index in tokens.indices where roles[index] == .variable || roles[index] == .both {
      tokens[index].name = outer[tokens[index].text] ?? tokens[index].text
    }
  }

  private mutating func read(_ source: ArraySlice<Script.Token>) {
    var rest = source
    var depth = 0
    while let token = rest.popFirst() {
      if depth == 0, token.text == "import", rest.first?.text != "(" {
        importing(&rest)
        continue
      }
      if token.text == "export" { continue }
      if token.kind == .sign || token.kind == .text {
        depth += token.opens || ["(", "[", "{"].contains(token.text) ? 1 : 0
        depth -= token.closes || [")", "]", "}"].contains(token.text) ? 1 : 0
      }
      if depth == 0, ["const", "let", "function", "class"].contains(token.text),
        let own = rest.first
      {
        outer[own.text] = "\(name).\(own.text)"
        let value = rest.dropFirst(2).first
        if token.text == "const", value?.kind == .number, rest.dropFirst(3).first?.text == ";" {
          numbers["\(name).\(own.text)"] = value?.text.filter { $0 != "_" }[...]
          rest.removeFirst(4)
          continue
        }
      }
      tokens.append(spaced(token, &rest))
    }
  }

  /// `say.name` is that name at the top of the file that is called `say` here; what the browser has
  /// is said as one word too.
  private mutating func spaced(
    _ token: Script.Token, _ rest: inout ArraySlice<Script.Token>
  ) -> Script.Token {
    guard token.kind == .word, tokens.last?.text != ".", tokens.last?.text != "?." else {
      return token
    }
    if Script.often.contains(".\(token.text)") {
      return Script.Token(kind: .word, text: ".\(token.text)")
    }
    guard rest.first?.text == ".", let property = rest.dropFirst().first?.text else { return token }
    let file = spaces[token.text]
    let name: Substring = "\(file ?? token.text).\(property)"
    guard file != nil || Script.often.contains(name) else { return token }
    if file != nil { imports.append(name) }
    rest.removeFirst(2)
    return Script.Token(kind: .word, text: name)
  }

  /// Takes `import { name, name as other } from "./file.js";` and
  /// `import * as space from "./file.js";`.
  private mutating func importing(_ rest: inout ArraySlice<Script.Token>) {
    let end = rest.firstIndex { $0.text == ";" } ?? rest.endIndex - 1
    let statement = rest[..<end]
    rest = rest[(end + 1)...]
    let file = statement.last.map { $0.text.dropFirst(3).dropLast(4) } ?? ""
    if statement.first?.text == "*" {
      spaces[statement[statement.startIndex + 2].text] = file
      return
    }
    for part in statement.split(whereSeparator: { ["{", "}", ",", "from"].contains($0.text) }) {
      guard let name = part.first, let own = part.last, name.kind == .word else { continue }
      outer[own.text] = "\(file).\(name.text)"
      imports.append("\(file).\(name.text)")
    }
  }
}
