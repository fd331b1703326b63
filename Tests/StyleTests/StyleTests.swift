import Testing

/// The tree against the rules.
///
/// A broken rule fails at the file and line that breaks it.
@Suite struct StyleTests {
  @Test(arguments: Rule.all) func `every file keeps to the rule`(_ rule: Rule) {
    for file in SourceTree.files {
      for finding in rule.check(file) {
        Issue.record(
          "\(file.path):\(finding.line): \(finding.what)",
          sourceLocation: SourceLocation(
            fileID: "StyleTests/\(file.path)",
            filePath: SourceTree.place(of: file),
            line: finding.line, column: 1))
      }
    }
  }

  @Test func `the tree is found`() {
    let paths = Set(SourceTree.files.map(\.path))
    #expect(paths.contains("Package.swift"))
    #expect(paths.contains("dev/setup"))
    #expect(paths.contains("Tests/StyleTests/StyleTests.swift"))
  }

  @Test func `every module stands in the table of layers`() {
    let modules = Set(
      SourceTree.files.filter { $0.language == .swift }.compactMap(\.module))
    #expect(modules.subtracting(Rule.layers.keys).isEmpty)
  }
}
