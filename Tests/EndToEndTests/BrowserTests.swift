import Foundation
import Testing

/// The page in a real browser; each script says what it does.
@Suite(.serialized) struct BrowserTests {
  static var isHere: Bool {
    Given.path("VERBATIM_PYTHON") != nil && Given.path("VERBATIM_CHROMIUM") != nil
  }

  private func script(_ name: String, _ arguments: [String]) throws -> Outcome {
    let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("dev/page")
    return try run(
      try #require(Given.path("VERBATIM_PYTHON")),
      [scripts.appendingPathComponent(name).path] + arguments,
      environment: ["CHROMIUM": Given.path("VERBATIM_CHROMIUM") ?? ""])
  }

  @Test(.enabled(if: isHere))
  func `what is typed in one page stands in the other after every key`() throws {
    let scratch = try Scratch()
    let server = try ServerProcess(data: scratch.data, ["--model-url", "script:5"])
    let pages = try script("two_pages.py", [server.url])
    #expect(pages.status == 0, "\(pages.output)\n\(pages.errors)\n\(server.stderr)")
  }

  /// Runs a script against a server with the scripted model; its last line is printed.
  private func holds(_ name: String, _ arguments: String...) throws {
    let scratch = try Scratch()
    let server = try ServerProcess(data: scratch.data, ["--model-url", "script:1"])
    let outcome = try script(name, [server.url] + arguments)
    print(outcome.output)
    #expect(outcome.status == 0, "\(outcome.output)\n\(outcome.errors)\n\(server.stderr)")
  }

  @Test(.enabled(if: isHere))
  func `a socket that is cut in mid-typing loses nothing and doubles nothing`() throws {
    try holds("cut.py")
  }

  @Test(.enabled(if: isHere))
  func `input methods, halves of characters, limits, tabs and wrong clocks`() throws {
    try holds("methods.py")
  }

  @Test(.enabled(if: isHere))
  func `hostile texts, typed and said by the model, run nothing and ask nobody`() throws {
    try holds("hostile.py", "--each", "10")
  }

  @Test(.enabled(if: isHere))
  func `nothing keeps people out, in light, in dark, on a phone and enlarged`() throws {
    try holds("reach.py")
  }

  @Test(.enabled(if: isHere))
  func `a hidden message does not come back, by the time machine, a search, a link or HTTP`() throws
  {
    let scratch = try Scratch()
    let server = try ServerProcess(data: scratch.data, ["--model-url", "none"])
    let outcome = try script(
      "hidden.py",
      [server.url, "--data", scratch.data, "--verbatim", Binaries.path("verbatim")])
    print(outcome.output)
    #expect(outcome.status == 0, "\(outcome.output)\n\(outcome.errors)\n\(server.stderr)")
  }

  @Test(.enabled(if: isHere))
  func `what the slider shows at any offset is what replay says was there`() throws {
    let scratch = try Scratch()
    let written = try run(Binaries.path("RoomChild"), [scratch.data, "lobby", "15000", "7"])
    #expect(written.status == 0, "\(written.errors)")
    let server = try ServerProcess(data: scratch.data, ["--model-url", "none"])
    let outcome = try script(
      "time_machine.py",
      [server.url, "--data", scratch.data, "--verbatim", Binaries.path("verbatim")])
    print(outcome.output)
    #expect(outcome.status == 0, "\(outcome.output)\n\(outcome.errors)\n\(server.stderr)")
  }
}
