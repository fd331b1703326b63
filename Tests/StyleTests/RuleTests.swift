import Testing

/// The rules against small texts: each finds what it is for, where it is, and nothing else.
@Suite struct RuleTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let rule: Rule
    var path = "Sources/Chat/Example.swift"
    let text: String
    /// Lines that break the rule, from 1.
    var lines: [Int] = []
  }

  @Test(arguments: layering + sizes + words + places)
  func `a rule finds what breaks it and nothing else`(_ example: Example) {
    let file = SourceFile(path: example.path, text: example.text)
    #expect(example.rule.check(file).map(\.line) == example.lines)
  }

  static let layering: [Example] = [
    Example(
      testDescription: "an import upwards", rule: .layering,
      text: "import Glibc\npackage import LogStore\n", lines: [2]),
    Example(
      testDescription: "the network in the wrong place", rule: .layering,
      path: "Sources/Rooms/Example.swift",
      text: "import Chat\nprivate import NIOCore\nimport struct NIOHTTP1.Header\n", lines: [2, 3]),
    Example(
      testDescription: "the network in its place", rule: .layering,
      path: "Sources/Gateway/Example.swift",
      text: "@preconcurrency internal import NIOPosix\nimport NIOCore\nimport Logging\n"),
    Example(
      testDescription: "Foundation", rule: .layering, text: "import Foundation\n", lines: [1]),
    Example(
      testDescription: "an import in a comment and in a string", rule: .layering,
      text:
        "// import NIO\n/* import NIO /* import NIO */ */\nlet a = \"\"\"\n  import NIO\n  \"\"\"\n"
    ),
    Example(
      testDescription: "a module in no layer", rule: .layering,
      path: "Sources/Cellar/Example.swift", text: "", lines: [1]),
    Example(
      testDescription: "tests may import anything", rule: .layering,
      path: "Tests/ChatTests/Example.swift", text: "import Foundation\n"),
  ]

  static let sizes: [Example] = [
    Example(
      testDescription: "301 lines", rule: .fileLength,
      text: String(repeating: "\n", count: 301), lines: [301]),
    Example(
      testDescription: "300 lines", rule: .fileLength, text: String(repeating: "a\n", count: 300)),
    Example(
      testDescription: "prose may be long", rule: .fileLength, path: "docs/LONG.md",
      text: String(repeating: "a\n", count: 900)),
    Example(
      testDescription: "101 columns, in a script without an ending", rule: .lineLength,
      path: "dev/example", text: "#!/usr/bin/env bash\n" + String(repeating: "a", count: 101),
      lines: [2]),
    Example(
      testDescription: "100 columns of two bytes each", rule: .lineLength,
      text: String(repeating: "é", count: 100)),
    Example(
      testDescription: "a function of 61 lines, braces in its strings", rule: .functionLength,
      text: "struct A {\n  func long() {\n" + filler(59) + "  }\n  func b() {}\n}\n", lines: [2]),
    Example(
      testDescription: "a function of 60 lines", rule: .functionLength,
      text: "func long(\n  a: () -> Void = {}\n) {\n" + filler(56) + "}\n"),
    Example(
      testDescription: "an initialiser of 61 lines behind a requirement", rule: .functionLength,
      text: "protocol P {\n  func a()\n  init()\n}\nextension A {\n  init() {\n"
        + filler(59) + "  }\n}\n", lines: [6]),
    Example(
      testDescription: "calls of initialisers are no functions", rule: .functionLength,
      text: "let a = B.init(c) {\n" + filler(80) + "}\n"),
    Example(
      testDescription: "a long function of a script", rule: .functionLength,
      path: "Sources/Gateway/Web/a.js",
      text: "export function a(b) {\n" + filler(60) + "}\nconst c = (d) => {\n" + filler(70)
        + "}\n",
      lines: [1, 63]),
    Example(
      testDescription: "a long Python function", rule: .functionLength, path: "dev/lib/a.py",
      text: "def a():\n" + filler(61) + "\n\ndef b():\n    pass\n", lines: [1]),
  ]

  static let words: [Example] = [
    Example(
      testDescription: "public, open", rule: .access,
      text: "public struct A {}\nopen class B {}\nfunc open(_ a: Int) {}\nfunc `public a`() {}\n",
      lines: [1, 2]),
    Example(
      testDescription: "empty words in a type's name", rule: .typeNames,
      text: "final class SocketHandler {}\nstruct HTTPUtils {}\nenum Handled {}\ntypealias A = B\n"
        + "struct DataDirectory {}\nstruct Database {}\n", lines: [1, 2, 5]),
    Example(
      testDescription: "a type named like its module", rule: .typeNames,
      text: "let a = Chat.self\nenum Chat {}\n", lines: [2]),
  ]

  static let places: [Example] = [
    Example(
      testDescription: "a developer's path", rule: .foreignPlaces, path: "docs/A.md",
      text: "see here\nin /ho" + "me/ada/verbatim\n", lines: [2]),
    Example(
      testDescription: "a registry's host", rule: .foreignPlaces, path: "dev/setup",
      text: "#!/bin/sh\ncurl https://py" + "pi.org/simple\n", lines: [2]),
    Example(
      testDescription: "a range instead of a pin", rule: .pins, path: "Package.swift",
      text: "  .package(url: \"a\", exact: \"1.0.0\"),\n  .package(url: \"b\", from: \"1.0.0\"),\n",
      lines: [2]),
  ]

  /// Lines that would unbalance a counter that reads strings and comments.
  private static func filler(_ lines: Int) -> String {
    let kinds = ["    // {", "    let a = \"{ \\(b(\"}\")) {\"", "    let c = #\"\\{\"#"]
    return (0..<lines).map { kinds[$0 % kinds.count] + "\n" }.joined()
  }

  @Test func `a name is split at its capitals`() {
    #expect(Rule.camelCaseWords("HTTPHandlerTable") == ["http", "handler", "table"])
    #expect(Rule.camelCaseWords("ParticipantID") == ["participant", "id"])
  }
}
