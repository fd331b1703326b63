import Foundation
import LogStore
import Testing

/// Exports of the real command, read by programs that are not ours.
@Suite(.serialized) struct ExportTests {
  /// Python with pyarrow, DuckDB and pandas.
  static let python = Given.path("VERBATIM_EXPORT_PYTHON")
  private static let checker = #filePath.replacing(
    "Tests/EndToEndTests/ExportTests.swift", with: "dev/lib/export_check.py")
  /// Sessions of the corpus; `dev/exports` asks for all.
  private static let sessions = ProcessInfo.processInfo.environment["VERBATIM_EXPORT_SESSIONS"]

  private func judge(_ scratch: Scratch) throws {
    let checked = try run(
      try #require(Self.python),
      [Self.checker, Binaries.path("verbatim"), scratch.data, "\(scratch.path)/exports"])
    #expect(checked.status == 0, "\(checked.output) \(checked.errors)")
    #expect(checked.output.contains("rows agree"))
  }

  @Test(.enabled(if: python != nil, "pyarrow, DuckDB and pandas could not be had"))
  func `every format holds the log field by field, whatever people type`() throws {
    let scratch = try Scratch()
    let seed = UInt64.random(in: .min ... .max)
    print("seed \(seed)")
    try ExportScene(seed: seed, steps: 3_000).write(to: scratch.data)
    try judge(scratch)
  }

  @Test(.enabled(if: python != nil, "pyarrow, DuckDB and pandas could not be had"))
  func `an export of an empty log is empty and whole`() throws {
    let scratch = try Scratch()
    try Log.open(scratch.data).close()
    try judge(scratch)
  }

  @Test(
    .enabled(
      if: python != nil && Given.corpus != nil, "the corpus or its readers could not be had"))
  func `recorded people come back from every format`() throws {
    let scratch = try Scratch()
    let child = try run(
      Binaries.path("CorpusChild"),
      [scratch.data, try #require(Given.corpus), "0", Self.sessions ?? "40"])
    #expect(child.status == 0, "\(child.errors)")
    try judge(scratch)
  }

  @Test func `nothing half stands under a name, and nothing is replaced unasked`() throws {
    let scratch = try Scratch()
    try ExportScene(seed: 1, steps: 3_000).write(to: scratch.data)
    let out = "\(scratch.path)/out.csv"
    // A file may not grow beyond 20,000 bytes: the write fails in the middle.
    let arguments = ["export", "--data", scratch.data, "--format", "csv", "--out", out]
    let full = try run(
      "/bin/bash",
      ["-c", "ulimit -f 20; exec \"$0\" \"$@\"", Binaries.path("verbatim")] + arguments)
    #expect(full.status == 4, "\(full.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["data"])
    #expect(try run(Binaries.path("verbatim"), arguments).status == 0)
    let first = try Data(contentsOf: URL(fileURLWithPath: out))
    let again = try run(Binaries.path("verbatim"), arguments)
    #expect(again.status == 4, "\(again.errors)")
    #expect(again.errors.contains("--overwrite"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: out)) == first)
    #expect(try run(Binaries.path("verbatim"), arguments + ["--overwrite"]).status == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted()
    #expect(names == ["data", "out.csv", "out.csv.card.json"])
  }

  @Test func `killed at any moment, there is a whole file or none`() throws {
    let scratch = try Scratch()
    try ExportScene(seed: 2, steps: 3_000).write(to: scratch.data)
    let seed = UInt64.random(in: .min ... .max)
    var random = SystemRandomNumberGenerator()
    let whole = "\(scratch.path)/whole.jsonl"
    let key = "\(scratch.path)/key"
    func arguments(_ out: String) -> [String] {
      [
        "export", "--data", scratch.data, "--format", "jsonl", "--key-file", key, "--out", out,
        "--overwrite",
      ]
    }
    #expect(try run(Binaries.path("verbatim"), arguments(whole)).status == 0)
    let expected = try Data(contentsOf: URL(fileURLWithPath: whole))
    let out = "\(scratch.path)/out.jsonl"
    for _ in 0..<20 {
      let child = try ChildProcess(Binaries.path("verbatim"), arguments(out))
      usleep(UInt32.random(in: 0...120_000, using: &random))
      child.kill()
      guard let found = FileManager.default.contents(atPath: out) else { continue }
      #expect(found == expected, "seed \(seed)")
      try FileManager.default.removeItem(atPath: out)
    }
    #expect(try run(Binaries.path("verbatim"), arguments(out)).status == 0)
    #expect(FileManager.default.contents(atPath: out) == expected)
    #expect(!FileManager.default.fileExists(atPath: out + ".partial"))
  }

  @Test func `what it says of itself fits what was asked`() throws {
    let scratch = try Scratch()
    try ExportScene(seed: 3, steps: 200).write(to: scratch.data)
    let out = "\(scratch.path)/o ut.csv"
    let made = try verbatim(
      "export", "--data", scratch.data, "--format", "csv", "--timing", "exact", "--room", "tea",
      "--out", out)
    #expect(made.status == 0)
    #expect(made.output.isEmpty, "data goes to the file alone")
    #expect(made.errors.contains("rhythm of keys identifies people"), "the reason is printed")
    #expect(!made.errors.contains("\u{1b}") && !made.errors.contains("\r"), "no bar off a terminal")
    let card = try #require(
      try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: out + ".card.json")))
        as? [String: Any])
    let source = try #require(card["source"] as? [String: Any])
    let digest = try verbatim("replay", "--data", scratch.data, "--room", "tea", "--digest")
    #expect("\(source["digest"] ?? "")\n" == digest.output)
    #expect((card["reproduce"] as? String)?.hasSuffix("--out 'o ut.csv'") == true)
    for (arguments, words) in [
      (["--format", "xml"], "csv"), (["--format", "csv", "--from", "900000"], "not in the log"),
      (["--format", "csv", "--from", "9", "--to", "3"], "behind"),
      (["--format", "csv", "--names", "--key-file", "k"], "--names"),
    ] {
      let refused = try run(
        Binaries.path("verbatim"),
        ["export", "--data", scratch.data, "--out", "\(scratch.path)/no"] + arguments)
      #expect(refused.status == 2, "\(arguments)")
      #expect(refused.errors.contains(words), "\(refused.errors)")
    }
  }
}
