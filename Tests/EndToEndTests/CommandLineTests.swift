import Foundation
import Testing

/// What every command owes whoever types it: help, completion, a page, exit codes, quiet ends.
@Suite struct CommandLineTests {
  private static let verbatim = Binaries.path("verbatim")

  private static var root: String {
    let here: [Substring] = #filePath.split(separator: "/").dropLast(3)
    return "/" + here.joined(separator: "/")
  }

  /// The commands that the program itself names.
  private func commands() throws -> [String] {
    let dump = try run(Self.verbatim, ["--experimental-dump-help"])
    let parsed = try JSONSerialization.jsonObject(with: Data(dump.output.utf8))
    let command = (parsed as? [String: Any])?["command"] as? [String: Any]
    let names = (command?["subcommands"] as? [[String: Any]])?
      .compactMap { $0["commandName"] as? String }
    return try #require(names).filter { $0 != "help" }
  }

  private func shell(_ script: String, _ arguments: [String]) throws -> Outcome {
    try run("/bin/bash", ["-c", script] + arguments)
  }

  @Test func `every command has help with examples`() throws {
    let commands = try commands()
    #expect(commands.contains("replay") && commands.contains("diff"))
    for command in commands {
      let help = try run(Self.verbatim, [command, "--help"])
      #expect(help.status == 0, "\(command)")
      #expect(help.output.contains("EXAMPLES"), "\(command)")
      #expect(help.output.contains("verbatim \(command)"), "\(command)")
      #expect(help.errors.isEmpty, "\(command)")
    }
  }

  @Test func `bash completes commands and their options`() throws {
    let scratch = try Scratch()
    let path = "\(scratch.path)/verbatim.bash"
    let script = try run(Self.verbatim, ["completion", "bash"])
    #expect(script.status == 0)
    try script.output.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try run("/bin/bash", ["-n", path]).errors.isEmpty)
    let complete = """
      PATH="$(dirname "$1"):$PATH"; source "$0"
      complete_line() {
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
        COMPREPLY=(); local function
        function=$(complete -p verbatim | sed -n 's/.*-F \\([^ ]*\\) .*/\\1/p')
        "$function" verbatim "${@: -1}" "${*: -2:1}"; printf '%s\\n' "${COMPREPLY[@]}"
      }
      complete_line verbatim ver; complete_line verbatim replay --dig
      """
    let completed = try shell(complete, [path, Self.verbatim])
    let words = Set(completed.output.split(separator: "\n").map(String.init))
    #expect(words.contains("verify"), "\(completed)")
    #expect(words.contains("--digest"), "\(completed)")
  }

  @Test(arguments: ["zsh", "fish"])
  func `the other shells get a script that they can read`(name: String) throws {
    let scratch = try Scratch()
    let path = "\(scratch.path)/verbatim.\(name)"
    let script = try run(Self.verbatim, ["completion", name])
    #expect(script.status == 0)
    #expect(script.output.contains("replay"))
    try script.output.write(toFile: path, atomically: true, encoding: .utf8)
    let found = try shell("command -v \(name)", []).output.split(separator: "\n").first
    guard let found else { return print("\(name) is not here: its script was not run through it") }
    #expect(try run(String(found), ["-n", path]).status == 0)
  }

  @Test func `every command has a man page that man reads`() throws {
    let scratch = try Scratch()
    let made = try shell(
      "VERBATIM_BIN=\"$0\" \"$1/dev/man\" \"$2\"", [Self.verbatim, Self.root, scratch.path])
    #expect(made.status == 0, "\(made.errors)")
    let pages = try commands().map { "verbatim-\($0)" } + ["verbatim"]
    for page in pages {
      let path = "\(scratch.path)/\(page).1"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      for section in ["NAME", "SYNOPSIS", "EXAMPLES", "EXIT STATUS"] {
        #expect(text.contains(".SH \(section)"), "\(page)")
      }
    }
    guard try shell("command -v man groff", []).output.contains("groff") else {
      return print("man or groff is not here: the pages were not run through it")
    }
    for page in pages {
      let read = try shell(
        "LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l \"$0\" | cat",
        ["\(scratch.path)/\(page).1"])
      #expect(read.status == 0 && read.errors.isEmpty, "\(page): \(read.errors)")
      #expect(read.output.contains("verbatim"), "\(page)")
    }
  }

  @Test func `exit codes say what happened`() throws {
    let scratch = try Scratch()
    _ = try TypedLog(scratch.data)
    func code(_ arguments: String...) throws -> Int32 {
      try run(Self.verbatim, arguments).status
    }
    for command in ["verify", "replay"] { #expect(try code(command, "--data", scratch.data) == 0) }
    #expect(try code("dump", scratch.data) == 0)
    #expect(try code("diff", "--data", scratch.data, "0", "0") == 0)
    #expect(try code("diff", "--data", scratch.data, "0", "-0") == 1)
    #expect(try code("verify", "--nothing") == 2)
    #expect(try code("nothing") == 2)
    #expect(try code("completion", "csh") == 2)
    #expect(try code("tail", "lobby", "--server", "http://127.0.0.1:1", "-e") == 3)
    #expect(try code("verify", "--data", "\(scratch.path)/none") == 4)
    #expect(try code("replay", "--data", "\(scratch.path)/none") == 4)
    let segment = "\(scratch.data)/log/chat-0/00000000000000000000.log"
    var bytes = try Data(contentsOf: URL(fileURLWithPath: segment))
    bytes[80] ^= 1
    try bytes.write(to: URL(fileURLWithPath: segment))
    #expect(try code("verify", "--data", scratch.data) == 1)
    // What is good before the damage is shown, here nothing, and the damage is told.
    let replay = try run(Self.verbatim, ["replay", "--data", scratch.data])
    #expect(replay.status == 0 && replay.errors.contains("the log is damaged"))
  }

  @Test func `a reader that has seen enough ends it quietly`() throws {
    let scratch = try Scratch()
    _ = try TypedLog(scratch.data, words: Array(repeating: "a few words", count: 800))
    let tail = "tail lobby -o beginning -e --data \"$1\""
    for command in ["dump \"$1\"", "dump --json \"$1\"", tail] {
      let outcome = try shell(
        "\"$0\" \(command) | head -1 >/dev/null; echo \"${PIPESTATUS[0]}\"",
        [Self.verbatim, scratch.data])
      #expect(outcome.output == "0\n", "\(command)")
      #expect(outcome.errors.isEmpty, "\(command): \(outcome.errors)")
    }
  }

  @Test func `Ctrl-C ends a dump at the next batch and says where to go on`() throws {
    let scratch = try Scratch()
    let log = try TypedLog(scratch.data, words: Array(repeating: "some words", count: 1_500))
    // Nobody reads its output yet, so it cannot end before the signal comes.
    let dump = try ChildProcess(Self.verbatim, ["dump", "--json", scratch.data])
    let first = try dump.output?.read(upToCount: 1)
    #expect(first?.count == 1)
    dump.signal(SIGINT)
    let rest = try dump.finish()
    #expect(rest.status == 130)
    let next = try #require(
      rest.errors.split(separator: " ").last.flatMap { Int($0.dropLast()) }, "\(rest.errors)")
    #expect(rest.errors.contains("interrupted: go on with --from "))
    let shown = "{" + rest.output
    #expect(shown.split(separator: "\n").count == next)
    let more = try run(Self.verbatim, ["dump", "--json", scratch.data, "--from", "\(next)"])
    let whole = try run(Self.verbatim, ["dump", "--json", scratch.data])
    #expect(shown + more.output == whole.output)
    #expect(whole.output.split(separator: "\n").count == log.events)
  }

  @Test func `Ctrl-C ends an audit, which goes on from there`() throws {
    let scratch = try Scratch()
    _ = try TypedLog(scratch.data, words: Array(repeating: "some more words", count: 4_000))
    // How long it takes is not known; a shorter wait is tried until the signal comes in its midst.
    for milliseconds in [400, 200, 100, 50, 25] {
      let audit = try ChildProcess(Self.verbatim, ["verify", "--data", scratch.data])
      usleep(UInt32(milliseconds) * 1_000)
      audit.signal(SIGINT)
      let outcome = try audit.finish()
      guard outcome.status == 130 else { continue }
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains("interrupted: nothing is wrong before offset "))
      let next = outcome.errors.split(separator: " ").last?.filter(\.isNumber) ?? ""
      let rest = try run(Self.verbatim, ["verify", "--data", scratch.data, "--from", next])
      #expect(rest.status == 0, "\(rest.errors)")
      return
    }
    print("the audit was too quick to be interrupted here")
  }
}
