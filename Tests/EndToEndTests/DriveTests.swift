import Chat
import Foundation
import Projector
import Testing

/// Recorded people over real sockets, against a real server that is killed meanwhile.
@Suite(.serialized) struct DriveTests {
  static let sessions = 40
  static let kills = 3

  @Test(.enabled(if: Given.corpus != nil && Given.corpusCSV != nil))
  func `a server killed three times under drive ends with every message once`() throws {
    let scratch = try Scratch()
    let corpus = try #require(Given.corpus)
    let server = try ServerProcess(
      data: scratch.data, ["--model-url", "none", "--limits", "off"])
    let acks = scratch.path + "/acks"
    let drive = try ChildProcess(
      Binaries.path("verbatim"),
      [
        "drive", "--input", corpus, "--server", server.url, "--sessions", "\(Self.sessions)",
        "--clients", "16", "--speed", "200", "--acks", acks,
      ])

    // Kills come when the log has grown, not when time has passed.
    var digests: [Int64: String] = [:]
    var killed = 0
    while drive.isRunning, killed < Self.kills {
      let digest = try Digest(server.get("/rooms/lobby/digest"))
      digests[digest.offset] = digest.digest
      if digest.offset > Int64(killed + 1) * 6_000 {
        try server.killAndRestart()
        killed += 1
      }
    }
    let report = try drive.finish()
    #expect(report.status == 0, "\(report.output) \(report.errors)")
    #expect(killed == Self.kills, "the drive was over before the last kill: \(report.output)")
    let last = try Digest(server.get("/rooms/lobby/digest"))
    digests[last.offset] = last.digest
    #expect(server.terminate() == 0)

    try compareTexts(scratch.data)
    try compareAcknowledgements(acks, scratch.data)
    for (offset, digest) in digests.sorted(by: { $0.key < $1.key }).suffix(12) {
      let replayed = try verbatim(
        "replay", "--data", scratch.data, "--room", "lobby", "--at", "\(offset)", "--digest")
      #expect(replayed.output.trimmingCharacters(in: .newlines) == digest, "at \(offset)")
    }
    try compareDamage(scratch.data)
  }

  struct Digest {
    let offset: Int64
    let digest: String

    init(_ text: String) throws {
      let value = try Array(text.utf8).withUnsafeBytes { bytes in
        try JSONParser.parse(bytes)
      }
      guard case .object(let object) = value, let digest = object.string("digest") else {
        throw ServerProcess.Failure("no digest: \(text)")
      }
      self.digest = digest
      offset = object.integer("offset") ?? -1
    }
  }

  /// Every message of the corpus' first sessions, once, with exactly the recorded text.
  private func compareTexts(_ data: String) throws {
    let recorded = try RecordedCSV.messages(try #require(Given.corpusCSV))
    var expected: [String] = []
    for session in try firstSessions() { expected += recorded[session] ?? [] }
    let replayed = try Replayed(data)
    #expect(replayed.sent.map(\.text).sorted() == expected.sorted())
    #expect(replayed.projection.states.allSatisfy { $0.ignored == 0 })
    #expect(
      Set(replayed.authors.values).count == replayed.authors.count,
      "no (participant, session, seq) twice")
  }

  private func firstSessions() throws -> [String] {
    let corpus = try String(contentsOfFile: try #require(Given.corpus), encoding: .utf8)
    return corpus.split(separator: "\n", maxSplits: Self.sessions).prefix(Self.sessions).compactMap
    {
      $0.split(separator: "\"", maxSplits: 4).dropFirst(3).first.map(String.init)
    }
  }

  /// Whatever was acknowledged to a client is in the log at that offset, by that author.
  private func compareAcknowledgements(_ path: String, _ data: String) throws {
    let authors = try Replayed(data).authors
    var seen = 0
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      let parts = line.split(separator: " ")
      guard parts.count == 4, let by = ParticipantID(parts[0]), let session = SessionID(parts[1]),
        let seq = Int64(parts[2]), let offset = Int64(parts[3])
      else { continue }
      seen += 1
      if authors[offset] != Author(by: by, session: session, seq: seq) {
        Issue.record("acknowledged and not there: \(line)")
      }
    }
    #expect(seen > 1_000)
  }

  /// `verify` is content with the log, and names file and offset after one flipped byte.
  private func compareDamage(_ data: String) throws {
    let good = try verbatim("verify", "--data", data)
    #expect(good.status == 0, "\(good.output) \(good.errors)")
    let file = data + "/log/chat-0/00000000000000000000.log"
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file))
    let position = try handle.seekToEnd() / 2
    try handle.seek(toOffset: position)
    let byte = try #require(try handle.read(upToCount: 1)?.first)
    try handle.seek(toOffset: position)
    try handle.write(contentsOf: [byte ^ 0x04])
    try handle.close()
    let bad = try verbatim("verify", "--data", data, "--json")
    #expect(bad.status == 1)
    let last = try #require(bad.output.split(separator: "\n").last)
    let value = try Array(last.utf8).withUnsafeBytes { try JSONParser.parse($0) }
    guard case .object(let object) = value, let first = object.object("first_bad") else {
      Issue.record("no first_bad: \(bad.output)")
      return
    }
    #expect(first.string("file")?.hasSuffix("00000000000000000000.log") == true)
    #expect(first.integer("offset") != nil)
    #expect(first.integer("position").map { $0 <= Int64(position) } == true)
  }
}
