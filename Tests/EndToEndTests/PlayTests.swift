import Foundation
import Testing

/// `replay --play` in a terminal: what is seen, what keys do, and that the terminal comes back.
@Suite struct PlayTests {
  private static let left = "\u{1b}[?1049l"

  private func play(_ data: String, _ more: [String] = []) throws -> PseudoTerminal {
    try PseudoTerminal(
      Binaries.path("verbatim"), ["replay", "--data", data, "--play"] + more)
  }

  @Test func `a room is typed out again, letter by letter, until q`() throws {
    let scratch = try Scratch()
    let log = try TypedLog(scratch.data)
    let terminal = try play(scratch.data)
    #expect(terminal.read { $0.contains("\u{1b}[?1049h") })
    #expect(terminal.read { $0.contains("· end ·") })
    #expect(terminal.isRaw)
    #expect(terminal.screen.contains("Ada: hello"))
    #expect(terminal.screen.contains("Ada: world"))
    #expect(terminal.screen.contains("\(log.events - 1) of \(log.events - 1)"))
    terminal.press("q")
    #expect(terminal.wait() == 0)
    #expect(terminal.screen.hasSuffix(Self.left))
    #expect(!terminal.isRaw)
  }

  @Test func `keys pause, step and jump`() throws {
    let scratch = try Scratch()
    _ = try TypedLog(scratch.data)
    let terminal = try play(scratch.data)
    #expect(terminal.read { $0.contains("· end ·") })
    terminal.clear()
    terminal.press("g")
    #expect(terminal.read { $0.contains(" 0 of ") })
    terminal.press(" ")
    #expect(terminal.read { $0.contains("· end ·") || $0.contains("· paused ·") })
    // From the first event on, one by one: typing starts, then h, e, l.
    terminal.press("g")
    #expect(terminal.read { $0.contains("· paused ·") })
    terminal.clear()
    terminal.press("....")
    // The line below the room comes last, and perhaps in another piece.
    #expect(terminal.read { $0.contains("(typing)      Ada: hel") && $0.contains(" 4 of ") })
    terminal.clear()
    terminal.press("\u{1b}[D")
    #expect(terminal.read { $0.contains("(typing)      Ada: he\u{1b}") && $0.contains(" 3 of ") })
    terminal.press("G")
    #expect(terminal.read { $0.contains("· end ·") })
    terminal.clear()
    terminal.press("+")
    #expect(terminal.read { $0.contains("· 2× ·") })
    terminal.press("q")
    #expect(terminal.wait() == 0)
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
  func `the terminal comes back after a signal, and where to go on is said`(number: Int32) throws {
    let scratch = try Scratch()
    _ = try TypedLog(scratch.data)
    let terminal = try play(scratch.data)
    #expect(terminal.read { $0.contains("· end ·") })
    #expect(terminal.isRaw)
    terminal.signal(number)
    #expect(terminal.wait() == 130)
    #expect(terminal.screen.contains(Self.left))
    #expect(terminal.screen.contains("go on with --at "))
    #expect(!terminal.isRaw)
  }

  @Test func `Ctrl-Z gives the terminal back until the process goes on`() throws {
    let scratch = try Scratch()
    _ = try TypedLog(scratch.data)
    // A shell with job control, because only a job with a parent in its session can be stopped.
    let command = """
      "$0" replay --data "$1" --play; echo "stopped $?"; read -r line; fg >/dev/null; \
      echo "ended $?"
      """
    let terminal = try PseudoTerminal(
      "/bin/bash", ["-mc", command, Binaries.path("verbatim"), scratch.data])
    let before = terminal.settings
    #expect(terminal.read { $0.contains("· end ·") })
    #expect(terminal.isRaw)
    terminal.press("\u{1a}")
    #expect(terminal.read { $0.contains("stopped 148") })
    #expect(terminal.settings == before)
    terminal.clear()
    terminal.press("\n")
    #expect(terminal.read { $0.contains("\u{1b}[?1049h") && $0.contains("· end ·") })
    #expect(terminal.isRaw)
    terminal.press("q")
    #expect(terminal.read { $0.contains("ended 0") })
    #expect(terminal.settings == before)
    #expect(terminal.wait() == 0)
  }

  @Test func `without a terminal it is refused, and an empty room is said to be one`() throws {
    let scratch = try Scratch()
    _ = try TypedLog(scratch.data)
    let refused = try run(
      Binaries.path("verbatim"), ["replay", "--data", scratch.data, "--play"])
    #expect(refused.status == 2)
    #expect(refused.errors.contains("needs a terminal"))
    let terminal = try play(scratch.data, ["--room", "nobody"])
    #expect(terminal.wait() == 2)
    #expect(terminal.screen.contains("nothing ever happened in room nobody"))
  }
}
