import Chat
import Client
import Foundation
import LogStore
import Testing

/// What the server says when it will not start, and with which exit code.
@Suite(.serialized) struct RefusalTests {
  private func serve(_ data: String, _ more: String...) throws -> Outcome {
    try run(
      Binaries.path("verbatim"),
      ["serve", "--data", data, "--listen", "127.0.0.1:0", "--model-url", "none"] + more)
  }

  private func isOneLine(_ outcome: Outcome, _ words: String...) -> Bool {
    let lines = outcome.errors.split(separator: "\n")
    return lines.count == 1 && words.allSatisfy { outcome.errors.contains($0) }
  }

  @Test func `a port in use is said in one line, with what to do`() throws {
    let (one, two) = (try Scratch(), try Scratch())
    let server = try ServerProcess(data: one.data)
    let refused = try serve(two.data, "--listen", "127.0.0.1:\(server.port)")
    #expect(refused.status == 4)
    #expect(isOneLine(refused, "\(server.port)", "in use", "--listen"), "\(refused.errors)")
  }

  @Test func `a data directory in use is refused`() throws {
    let scratch = try Scratch()
    let server = try ServerProcess(data: scratch.data)
    let refused = try serve(scratch.data)
    #expect(refused.status == 4)
    #expect(isOneLine(refused, scratch.data, "in use", "--data"), "\(refused.errors)")
    #expect(try server.get("/livez").isEmpty == false)
  }

  @Test func `a data directory that cannot be made is refused`() throws {
    let refused = try serve("/proc/verbatim")
    #expect(refused.status == 4)
    #expect(isOneLine(refused, "/proc/verbatim"), "\(refused.errors)")
  }

  @Test func `a log of another version is refused, and left as it is`() throws {
    let scratch = try Scratch()
    #expect(try ServerProcess(data: scratch.data).terminate() == 0)
    let path = scratch.data + "/log/meta.json"
    let meta = try String(contentsOfFile: path, encoding: .utf8)
    let later = meta.replacingOccurrences(of: #""version":1"#, with: #""version":99"#)
    try #require(later != meta, "\(meta)")
    try later.write(toFile: path, atomically: false, encoding: .utf8)
    let refused = try serve(scratch.data)
    #expect(refused.status == 4)
    #expect(isOneLine(refused, "99"), "\(refused.errors)")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == later)
  }

  @Test(arguments: [
    ["--listen", "nowhere"], ["--listen", "0.0.0.0:0"], ["--durability", "perhaps"],
    ["--model-url", "ftp://x", "--model", "m"], ["--model-url", "http://127.0.0.1:1/v1"],
    ["--config", "/nonexistent"], ["--rooms", "/nonexistent"], ["--nonsense"],
  ])
  func `a wrong flag is a usage error`(_ flags: [String]) throws {
    let scratch = try Scratch()
    let refused = try run(Binaries.path("verbatim"), ["serve", "--data", scratch.data] + flags)
    #expect(refused.status == 2, "\(refused.errors)")
    #expect(!refused.errors.isEmpty)
  }

  @Test func `without space appends are refused and reading goes on`() throws {
    let scratch = try Scratch()
    let server = try ServerProcess(
      data: scratch.data, ["--model-url", "none"], limitFileBytes: 256 * 1024)
    let mara = try RoomClient(server)
    _ = try mara.hello("aaaaa", #","name":"Mara""#)
    var random = SplitMix(seed: 7)
    var seq = 0
    var refusal = ""
    // Text that does not compress, until the file may not grow any more.
    while refusal.isEmpty, seq < 4_000 {
      seq += 1
      var text = ""
      while text.utf8.count < 7_900 { text += String(random.next(), radix: 36) }
      try mara.say(#"{"type":"send","seq":\#(seq),"draft":\#(seq),"text":"\#(text)"}"#)
      refusal = try mara.ackOrError(seq)
    }
    #expect(refusal == "unavailable")
    let late = try RoomClient(server)
    _ = try late.hello("wwwww", #","watch":true"#)
    #expect(try late.next("snapshot").array("items")?.isEmpty == false)
    #expect(try HTTP.exchange(server.url + "/readyz").status == 503)
    #expect(try HTTP.exchange(server.url + "/livez").status == 200)
  }
}
