import Foundation
import Testing

/// Two pages in a real browser; the script says what it does.
@Suite(.serialized) struct BrowserTests {
  static var isHere: Bool {
    Given.path("VERBATIM_PYTHON") != nil && Given.path("VERBATIM_CHROMIUM") != nil
  }

  private func script(_ name: String, _ arguments: String...) throws -> Outcome {
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
    let pages = try script("two_pages.py", server.url)
    #expect(pages.status == 0, "\(pages.output)\n\(pages.errors)\n\(server.stderr)")
  }
}
