/// Functions of formatted code, told by indentation: JavaScript, C, shell and Python.
struct IndentedCode {
  private let lines: [Substring]

  init(_ lines: [Substring]) {
    self.lines = lines
  }

  /// From a line that opens a function to the first that closes its brace at the same depth.
  var functions: [SwiftCode.Function] {
    lines.indices.compactMap { index in
      let line = lines[index]
      guard line.hasSuffix("{"), let name = nameOfFunction(line) else { return nil }
      let depth = indentation(line)
      let end = lines[(index + 1)...].firstIndex {
        indentation($0) == depth && $0.dropFirst(depth).hasPrefix("}")
      }
      guard let end else { return nil }
      return SwiftCode.Function(name: name, line: index + 1, length: end - index + 1)
    }
  }

  /// From `def` to the last line that is indented deeper.
  var pythonFunctions: [SwiftCode.Function] {
    lines.indices.compactMap { index in
      let line = lines[index]
      let depth = indentation(line)
      guard line.dropFirst(depth).hasPrefix("def ") else { return nil }
      var last = index
      for next in lines[(index + 1)...].indices where !isBlank(lines[next]) {
        // A closing parenthesis of a long signature stands as deep as `def` itself.
        guard indentation(lines[next]) > depth || lines[next].dropFirst(depth).hasPrefix(")") else {
          break
        }
        last = next
      }
      let name = line.dropFirst(depth + 4).prefix { $0 != "(" }
      return SwiftCode.Function(name: String(name), line: index + 1, length: last - index + 1)
    }
  }

  /// `function name(…) {`, `name(…) {`, `name() {`, `const name = (…) => {`, `int name(…) {`.
  private func nameOfFunction(_ line: Substring) -> String? {
    let code = line.drop { $0 == " " }
    let first = code.prefix { $0.isLetter }
    let control = ["if", "for", "while", "switch", "else", "do", "try", "catch", "case", "return"]
    guard !control.contains(String(first)), !code.hasPrefix("}"),
      let open = code.firstIndex(of: "(")
    else { return nil }
    if let equals = code.firstIndex(of: "="), equals < open, code.contains("=>") {
      return code[..<equals].split(separator: " ").last.map(String.init)
    }
    guard !code.contains("=>"), !code.contains("=") || code.contains(") {") else { return nil }
    let before = code[..<open].split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "$") }
    return before.last.map(String.init)
  }

  private func indentation(_ line: Substring) -> Int {
    line.prefix { $0 == " " }.count
  }

  private func isBlank(_ line: Substring) -> Bool {
    line.allSatisfy { $0 == " " }
  }
}
