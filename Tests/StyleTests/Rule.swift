import Testing

/// One thing that every file of the tree keeps to; how it is broken is a list of places.
struct Rule: Sendable, CustomTestStringConvertible {
  struct Finding: Sendable, Equatable {
    /// From 1.
    let line: Int
    let what: String
  }

  let name: String
  let check: @Sendable (SourceFile) -> [Finding]

  var testDescription: String { name }

  static let all: [Rule] = [
    layering, fileLength, lineLength, functionLength, access, typeNames, foreignPlaces, pins,
  ]
}

/// Size.
extension Rule {
  static let fileLinesMax = 300
  static let functionLinesMax = 60
  static let lineColumnsMax = 100

  private static let measured: Set<SourceFile.Language> = [
    .swift, .c, .script, .style, .markup, .shell, .python,
  ]

  static let fileLength = Rule(name: "a file has at most 300 lines") { file in
    guard let language = file.language, measured.contains(language) else { return [] }
    let count = file.lines.count
    guard count > fileLinesMax else { return [] }
    return [Finding(line: fileLinesMax + 1, what: "\(count) lines, at most \(fileLinesMax)")]
  }

  static let lineLength = Rule(name: "a line has at most 100 columns") { file in
    guard let language = file.language, measured.contains(language) else { return [] }
    return file.lines.enumerated().compactMap { index, line in
      guard line.utf8.count > lineColumnsMax, line.count > lineColumnsMax else { return nil }
      return Finding(line: index + 1, what: "\(line.count) columns, at most \(lineColumnsMax)")
    }
  }

  static let functionLength = Rule(name: "a function has at most 60 lines") { file in
    let functions: [SwiftCode.Function] =
      switch file.language {
      case .swift: SwiftCode(file.text).functions
      case .script, .c, .shell: IndentedCode(file.lines).functions
      case .python: IndentedCode(file.lines).pythonFunctions
      default: []
      }
    return functions.compactMap { function in
      guard function.length > functionLinesMax else { return nil }
      return Finding(
        line: function.line,
        what: "\(function.name) has \(function.length) lines, at most \(functionLinesMax)")
    }
  }
}

/// Words.
extension Rule {
  private static let forbiddenWords: Set<String> = [
    "manager", "handler", "helper", "util", "process", "data", "info",
  ]
  private static let typeKeywords: Set<String> = [
    "class", "struct", "enum", "actor", "protocol", "typealias", "associatedtype",
  ]

  static let access = Rule(name: "nothing is public or open") { file in
    guard file.language == .swift, file.path != "Package.swift" else { return [] }
    let words = SwiftCode(file.text).words
    return words.indices.compactMap { index in
      let next = index + 1 < words.count ? words[index + 1] : nil
      let isModifier = next?.line == words[index].line
      switch words[index].text {
      case "public" where isModifier:
        return Finding(line: words[index].line, what: "`public`: `package` is the widest")
      case "open" where isModifier && ["class", "func", "var", "subscript"].contains(next?.text):
        return Finding(line: words[index].line, what: "`open`: `package` is the widest")
      default: return nil
      }
    }
  }

  static let typeNames = Rule(name: "a type says what it is, not that it is something") { file in
    guard file.language == .swift, file.path.hasPrefix("Sources/") else { return [] }
    let code = SwiftCode(file.text)
    let words = code.words
    return zip(words, words.dropFirst()).flatMap { keyword, name -> [Finding] in
      guard typeKeywords.contains(keyword.text), keyword.line == name.line,
        code.before(keyword.start) != UInt8(ascii: "."), name.text.first?.isUppercase == true
      else { return [] }
      let bad = camelCaseWords(name.text).filter(forbids)
      var findings = bad.map { Finding(line: name.line, what: "\(name.text): no '\($0)'") }
      if name.text == file.module, file.module != "Verbatim" {
        findings.append(Finding(line: name.line, what: "\(name.text) is named like its module"))
      }
      return findings
    }
  }

  private static func forbids(_ word: String) -> Bool {
    forbiddenWords.contains(word)
      || word.last == "s" && forbiddenWords.contains("\(word.dropLast())")
  }

  /// `HTTPHandlerTable` is `http`, `handler`, `table`.
  static func camelCaseWords(_ name: String) -> [String] {
    let letters = Array(name)
    var words: [String] = []
    for (index, letter) in letters.enumerated() {
      let follows = index > 0 && !letters[index - 1].isUppercase
      let leads = index + 1 < letters.count && letters[index + 1].isLowercase
      if index == 0 || letter == "_" || letter.isUppercase && (follows || leads) {
        words.append("")
      }
      if letter != "_" { words[words.count - 1].append(contentsOf: letter.lowercased()) }
    }
    return words.filter { !$0.isEmpty }
  }
}

/// What belongs to one machine, or to how the project is made, is no part of it.
extension Rule {
  private static let places = [
    "/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/Us" + "ers/", "pypi" + ".org",
    "python" + "hosted.org",
    "deb." + "debian.org", "npmjs" + ".org", "npmjs" + ".com", "proxy.go" + "lang.org",
    "crates" + ".io",
  ]

  static let foreignPlaces = Rule(name: "no path of one machine, no registry's host") { file in
    guard file.language != nil else { return [] }
    return file.lines.enumerated().flatMap { index, line in
      places.filter { line.contains($0) }.map { Finding(line: index + 1, what: "names \($0)") }
    }
  }

  static let pins = Rule(name: "every dependency is pinned exactly") { file in
    guard file.path.hasSuffix("Package.swift") else { return [] }
    let code = SwiftCode(file.text)
    return file.lines.enumerated().compactMap { index, line in
      guard line.contains(".package(url:"), !line.contains("exact:") else { return nil }
      return Finding(line: index + 1, what: "not pinned with exact:")
    } + (code.words.contains { $0.text == "branch" } ? [Finding(line: 1, what: "a branch")] : [])
  }
}
