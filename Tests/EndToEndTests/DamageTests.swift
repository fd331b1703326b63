import Chat
import Client
import Foundation
import Testing

/// A real server whose disk goes bad under it, where somebody wants to read.
@Suite struct DamageTests {
  /// More than are kept in memory; fewer events than a cursor may be behind.
  private static let messages = 2_300

  @Test func `a reader who meets damage is told what it is, and everything else goes on`() throws {
    let scratch = try Scratch()
    let server = try ServerProcess(data: scratch.data)
    let writer = try RoomClient(server)
    let token = try writer.hello("aaaaa", #","name":"Ada""#).string("token") ?? ""
    let cursor = try #require(try writer.next("snapshot").string("next"))
    for seq in 1...Self.messages {
      try writer.say(#"{"type":"send","seq":\#(seq),"draft":\#(seq),"text":"message \#(seq)"}"#)
    }
    try writer.next("ack") { $0.integer("seq") == Int64(Self.messages) }
    #expect(server.terminate() == 0)
    // From here on no word of it is in memory but what a room keeps.
    try server.start(port: 0)
    try Self.damage(scratch.data)

    let reader = try RoomClient(server)
    _ = try reader.hello("aaaaa", #","token":"\#(token)""#)
    let snapshot = try reader.next("snapshot")
    #expect(snapshot.integer("total") == Int64(Self.messages))
    try reader.say(#"{"type":"history","before":300,"limit":5}"#)
    let refused = try reader.next("error")
    #expect(refused.string("code") == "unreadable")
    let words = refused.string("message") ?? ""
    #expect(words.contains("damaged at offset") && !words.contains(scratch.path), "\(words)")
    let seq = Self.messages + 1
    try reader.say(#"{"type":"send","seq":\#(seq),"draft":\#(seq),"text":"still here"}"#)
    #expect(try reader.ackOrError(seq) == "")

    let resumed = try RoomClient(server)
    _ = try resumed.hello("bbbbb", #","watch":true,"from":"\#(cursor)""#)
    #expect(try resumed.next("error").string("code") == "unreadable")
    let bye = try resumed.next("bye")
    #expect(bye.integer("code") == 4004 && bye.string("reason") == "unreadable")
    #expect(try resumed.closing() == .code(4004))
    let anew = try RoomClient(server)
    _ = try anew.hello("bbbbb", #","watch":true"#)
    #expect(try anew.next("snapshot").array("items")?.isEmpty == false)

    // The operator is told how often and where, within a second or so; others are no slower for it.
    while !(try server.get("/metrics").contains("verbatim_failed_reads_total 2\n")) {}
    #expect(try server.get("/metrics").contains("verbatim_sockets_closed_slow_total 0\n"))
    #expect(server.terminate() == 0)
    let line = server.stderr.split(separator: "\n").first { $0.contains("cannot read for clients") }
    #expect(line?.contains(".log") == true, "\(server.stderr)")
    let verified = try verbatim("verify", "--data", scratch.data)
    #expect(verified.status == 1, "\(verified.output)")
  }

  @Test func `only the owner of the data may give orders`() throws {
    let scratch = try Scratch()
    let server = try ServerProcess(data: scratch.data)
    let found = try FileManager.default.attributesOfItem(atPath: scratch.data + "/admin.sock")
    #expect(found[.posixPermissions] as? Int == 0o600)
    #expect(server.terminate() == 0)
  }

  /// Flips one bit near the beginning of the only segment.
  private static func damage(_ data: String) throws {
    let path = data + "/log/chat-0/00000000000000000000.log"
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    defer { try? file.close() }
    try file.seek(toOffset: 4_000)
    let byte = try #require(try file.read(upToCount: 1)?.first)
    try file.seek(toOffset: 4_000)
    try file.write(contentsOf: Data([byte ^ 0x10]))
  }
}
