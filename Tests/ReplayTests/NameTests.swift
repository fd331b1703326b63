import Chat
import Glibc
import LogStore
import Testing

@testable import Replay

@Suite struct `A name from outside` {
  /// What leads out of a directory somewhere: dots, encodings, roots, NUL, separators of others.
  static let paths: [String] = {
    let steps = ["..", ".", "%2e%2e", "%252e%252e", "..%2f", "..%5c", "．．", "..\0", "...", "~"]
    let separators = ["/", "\\", "%2f", "%5c", "\u{2215}", "\u{FF0F}", "//", "/./"]
    let ends = ["etc/passwd", "lobby", "x.csv"]
    var paths = steps.flatMap { step in
      separators.flatMap { separator in ends.map { "\(step)\(separator)\($0)" } }
    }
    paths += [
      "/etc/passwd", "/", "", ".", "..", "lobby/", "/lobby", "lobby\0", "lobby\0.csv", "lobby\n",
      "lobby ", " lobby", "LOBBY", "lobby.csv", "-lobby", "file:///etc/passwd", "C:\\x", "con:",
      "ｌobby", String(repeating: "a", count: 33), String(repeating: "../", count: 400),
    ]
    return paths
  }()

  @Test func `of a room is a room's or refused`() {
    #expect(Self.paths.count > 200)
    for path in Self.paths {
      #expect(RoomName(path) == nil, "\(path)")
      #expect(Array(path.utf8).withUnsafeBytes { RoomName(key: $0) } == nil, "\(path)")
      #expect(throws: (any Error).self, "\(path)") {
        try ReplayCommand.parsing(["--room", path])
      }
      #expect(throws: (any Error).self, "\(path)") {
        try ExportCommand.parsing(["--format", "csv", "--out", "x", "--room", path])
      }
    }
  }

  @Test(arguments: ExportFormat.allCases)
  func `in a log becomes no file's`(format: ExportFormat) throws {
    let by = ParticipantID(person: 1)
    let records = Self.paths.enumerated().map { index, path in
      Record(
        key: Array(path.utf8),
        value: Event.participantJoined(
          by: by, name: path, token: "\(index)", visibility: .live
        ).canonicalJSON)
    }
    let log = try WrittenLog(records: records)
    let before = try POSIXStorage().names(in: log.directory.path)
    #expect(mkdir("\(log.directory.path)/out", 0o755) == 0)
    var plan = ExportPlan(data: log.data, format: format, out: "\(log.directory.path)/out/x")
    plan.keepsNames = true
    try Export(plan).run()
    #expect(
      try POSIXStorage().names(in: "\(log.directory.path)/out").sorted() == ["x", "x.card.json"])
    let after = try POSIXStorage().names(in: log.directory.path)
    #expect(after.sorted() == (before + ["out"]).sorted())
  }

  @Test func `is not followed where a link was laid`() throws {
    let log = try WrittenLog(Scene(seed: 71, steps: 50))
    let (out, victim) = ("\(log.directory.path)/x.csv", "\(log.directory.path)/victim")
    try TemporaryDirectory.write(Array("mine".utf8), to: victim)
    var plan = ExportPlan(data: log.data, format: .csv, out: out)
    // Where the half file would be: refused.
    #expect(symlink(victim, out + ".partial") == 0)
    #expect(throws: Complaint.self) { try Export(plan).run() }
    unlink(out + ".partial")
    // Where the whole file would be: the link is replaced, and only when asked.
    #expect(symlink(victim, out) == 0)
    #expect(throws: Complaint.self) { try Export(plan).run() }
    plan.overwrites = true
    try Export(plan).run()
    #expect(try TemporaryDirectory.read(victim) == Array("mine".utf8))
    #expect(try TemporaryDirectory.read(out).count > 4)
  }
}
