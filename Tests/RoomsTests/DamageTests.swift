import Chat
import Glibc
import LogStore
import Projector
import Testing

@testable import Rooms

/// Readers who meet damage on disk, in a log that was opened whole.
@Suite struct DamageTests {
  /// Messages of one author, more than memory keeps; returns its token, the cursor of the first
  /// snapshot and the offset of an early message.
  private static func talk(_ world: World) throws -> (token: String, cursor: String, early: Int64) {
    let ada = world.open()
    let begin = ada.hello("aaaaa", #","name":"Ada""#)
    var early: Int64 = -1
    // More than are kept in memory, at least twice over; fewer events than a cursor may be behind.
    for seq in 1...2_300 {
      ada.say(sending(seq, draft: seq, "m\(seq)"))
      if seq % 100 == 0 { world.settle() }
      if seq == 300 { early = world.log.state.next - 1 }
    }
    world.settle()
    return (
      try #require(begin.of("welcome").first?.string("token")),
      try #require(begin.of("snapshot").first?.string("next")), early
    )
  }

  /// Flips one bit in the middle of the only segment's first quarter.
  private static func damage(_ world: World) throws {
    let path = "\(world.data)/log/chat-0/00000000000000000000.log"
    let file = open(path, O_RDWR)
    try #require(file >= 0)
    defer { close(file) }
    var byte: UInt8 = 0
    // Behind a batch's header and its fields: the records of the first big batch.
    let position: off_t = 4_000
    try #require(pread(file, &byte, 1, position) == 1)
    byte ^= 0x10
    try #require(pwrite(file, &byte, 1, position) == 1)
  }

  @Test func `a page that cannot be read is refused in words, and the connection goes on`() throws {
    let world = try World()
    let (token, _, early) = try Self.talk(world)
    try world.restart()
    let ada = world.open()
    let welcome = ada.hello("aaaaa", #","token":"\#(token)""#)
    #expect(welcome.errors.isEmpty)
    try Self.damage(world)
    let refused = try #require(
      ada.ask(#"{"type":"history","before":\#(early),"limit":5}"#).of("error").first)
    #expect(refused.string("code") == "unreadable")
    let words = try #require(refused.string("message"))
    #expect(words.contains("damaged at offset"), "\(words)")
    #expect(!words.contains(world.data) && !words.contains(".log"), "no path: \(words)")
    #expect(refused["expected"] == nil, "it answers nothing numbered")
    #expect(world.sink.closed[ada.slot] == nil)
    // What memory has is still answered, keys are still taken, and one may ask again.
    let newest = try #require(world.admission.state(of: .lobby)?.lastOffset)
    #expect(ada.ask(#"{"type":"history","before":\#(newest),"limit":5}"#).of("page").count == 1)
    #expect(ada.ask(sending(2_301, draft: 2_301, "on")).of("ack").count == 1)
    #expect(
      ada.ask(#"{"type":"history","before":\#(early),"limit":5}"#).errors == ["unreadable"])
    let failed = world.delivery.takeFailedReads()
    #expect(failed.count == 2)
    guard case .damaged(let file, _, _, _)? = failed.newest else {
      Issue.record("\(String(describing: failed.newest))")
      return
    }
    #expect(file.contains(".log"), "the operator is told where")
  }

  @Test func `one whose next events cannot be read is told why, and closed with a code of its own`()
    throws
  {
    let world = try World()
    let (_, cursor, _) = try Self.talk(world)
    try world.restart()
    try Self.damage(world)
    let reader = world.open()
    let said = reader.hello("wwwww", #","watch":true,"from":"\#(cursor)""#)
    #expect(said.of("reset").isEmpty, "the cursor is good")
    #expect(said.errors == ["unreadable"])
    let words = try #require(said.of("error").first?.string("message"))
    #expect(words.contains("events from offset") && words.contains("damaged at offset"), "\(words)")
    let bye = try #require(said.last)
    #expect(bye.string("type") == "bye" && bye.string("reason") == "unreadable")
    #expect(bye.integer("code") == 4004 && (bye.integer("retry_ms") ?? 0) > 0)
    #expect(world.sink.closed[reader.slot] == 4004)
    // Nothing behind the damage was shown as if it followed on what came before.
    var last = try #require(Cursor(cursor)).previous
    for frame in said.of("events") {
      #expect(frame.integer("prev") == last)
      last = try #require(frame.string("next").flatMap { Cursor($0) }).previous
    }
    // Without the cursor the room comes as it stands, and what happens from there on.
    let again = world.open()
    let whole = again.hello("wwwww", #","watch":true"#)
    #expect(whole.of("snapshot").first?.array("items")?.isEmpty == false)
    let ada = world.open()
    _ = ada.hello("bbbbb", #","name":"Bob""#)
    ada.ask(sending(1, "still here"))
    #expect(again.take().events.contains { $0.string("text") == "still here" })
  }

  @Test func `what retention took and what a disk refuses is said too, without a path`() {
    let error = ReadError.outOfRange(requested: 3, start: 90, next: 200)
    let refusal = Refusal(unreadable: "events from offset 3 on", error)
    #expect(refusal.message.hasSuffix("cannot be read: the log has 90 to 199 by now"))
    let io = Refusal(unreadable: "those items", .io(errno: EIO, file: "/secret/x.log"))
    #expect(io.message == "those items cannot be read: the disk does not give them (error 5)")
  }
}
