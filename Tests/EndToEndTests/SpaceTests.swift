import Chat
import Client
import Foundation
import LogStore
import Testing

/// A real server on a real disk that is full, and one that lets its oldest events go.
@Suite(.serialized) struct SpaceTests {
  @Test(.enabled(if: SmallFileSystem.isAllowed))
  func `a full disk refuses, serves what there is, and takes events again without a restart`()
    throws
  {
    let scratch = try Scratch()
    let disk = try SmallFileSystem(mebibytes: 12, at: scratch.path + "/disk")
    let filler = disk.path + "/filler"
    try Data(count: 5 << 20).write(to: URL(fileURLWithPath: filler))
    let server = try ServerProcess(
      data: disk.path + "/data", ["--model-url", "none", "--ballast", "1M"])
    let ballast = server.data + "/ballast"
    #expect(try Self.bytes(ballast) == 1 << 20)
    let readers = try (0..<50).map { index in
      let reader = try RoomClient(server)
      _ = try reader.hello("w\(index / 10 + 2)\(Self.letters[index % 10])aa", #","watch":true"#)
      return reader
    }
    var writer = try Writer(server)
    let durable = try writer.writeUntilRefused()
    #expect(!FileManager.default.fileExists(atPath: ballast), "it is let go")
    let ready = try HTTP.exchange(server.url + "/readyz")
    #expect(ready.status == 503)
    #expect(ready.body.contains("no_space"))
    for reader in readers { try reader.sees(durable) }
    let late = try RoomClient(server)
    _ = try late.hello("late2", #","watch":true"#)
    #expect(try late.next("snapshot").array("items")?.isEmpty == false)
    try FileManager.default.removeItem(atPath: filler)
    try writer.writeUntilTaken()
    #expect(try HTTP.exchange(server.url + "/readyz").status == 200)
    #expect(try Self.bytes(ballast) == 1 << 20, "it is had again")
    for reader in readers { try reader.sees(writer.newest) }
    #expect(server.terminate() == 0)
    let verified = try verbatim("verify", "--data", server.data)
    #expect(verified.status == 0, "\(verified.output) \(verified.errors)")
  }

  @Test(.enabled(if: SmallFileSystem.isAllowed))
  func `a server that is killed on a full disk starts there, with all it acknowledged`() throws {
    let scratch = try Scratch()
    let disk = try SmallFileSystem(mebibytes: 6, at: scratch.path + "/disk")
    let server = try ServerProcess(
      data: disk.path + "/data", ["--model-url", "none", "--ballast", "none"])
    #expect(!FileManager.default.fileExists(atPath: server.data + "/ballast"))
    var writer = try Writer(server)
    let durable = try writer.writeUntilRefused()
    let left = try Self.fill(disk.path + "/filler")
    try server.killAndRestart()
    let reader = try RoomClient(server)
    _ = try reader.hello("wwwww", #","watch":true"#)
    let items = try reader.next("snapshot").array("items") ?? []
    let texts = items.compactMap { item -> String? in
      guard case .object(let item) = item else { return nil }
      return item.string("text")
    }
    #expect(texts.last?.hasPrefix("\(durable) ") == true, "\(left) bytes were left")
    #expect(server.terminate() == 0)
  }

  @Test func `a ballast is one percent of a small disk, as asked for, or none`() throws {
    let scratch = try Scratch()
    for (size, bytes) in [("100K", 102_400), ("4096", 4_096)] {
      let server = try ServerProcess(
        data: scratch.path + "/\(size)", ["--model-url", "none", "--ballast", size])
      #expect(try Self.bytes(server.data + "/ballast") == bytes)
      // A size of another start replaces it, and none removes it.
      #expect(server.terminate() == 0)
      let next = try ServerProcess(data: server.data, ["--model-url", "none", "--ballast", "0"])
      #expect(!FileManager.default.fileExists(atPath: server.data + "/ballast"))
      #expect(next.terminate() == 0)
    }
    let wrong = try run(
      Binaries.path("verbatim"), ["serve", "--data", scratch.data, "--ballast", "much"])
    #expect(wrong.status == 2)
    #expect(wrong.errors.contains("--ballast much"), "\(wrong.errors)")
  }

  @Test(arguments: [["--retain-bytes", "6000"], ["--retain-age", "1h"]])
  func `a server lets its oldest segments go, and says where the log begins`(_ flags: [String])
    throws
  {
    let scratch = try Scratch()
    // Segments of long ago, of some 30 events each.
    let clock = Yesterday()
    let log = try Log.open(scratch.data, options: LogOptions(segmentBytes: 2_000), time: clock)
    for index in 0..<400 {
      let event = #"{"type":"future","text":"\#(index * 7_919)"}"#
      try log.append([Record(key: Array("lobby".utf8), value: Array(event.utf8))])
    }
    log.close()
    let segments = scratch.data + "/log/chat-0"
    let before = try Self.logs(segments)
    #expect(before.count > 8)
    let server = try ServerProcess(data: scratch.data, ["--model-url", "none"] + flags)
    // Upkeep does it beside the server; the guard is against hanging.
    var start = 0
    let deadline = ContinuousClock.now + .seconds(60)
    while start == 0 || FileManager.default.fileExists(atPath: "\(segments)/\(before[0])") {
      try #require(ContinuousClock.now < deadline, "nothing goes: \(server.stderr)")
      start = Self.start(try server.get("/metrics"))
    }
    #expect(start > 0)
    let gone = try HTTP.exchange(server.url + "/rooms/lobby/events?from=0")
    #expect(gone.status != 200 || !gone.body.contains(#""offset":0,"#), "\(gone)")
    // A cursor of then is told so, and has the room as it stands on the same connection.
    let epoch = log.state.epoch.id
    let back = try RoomClient(server)
    _ = try back.hello("aaaaa", #","watch":true,"from":"\#(epoch).1.0""#)
    let reset = try back.next("reset")
    #expect(reset.string("reason") == "retained" && reset.string("epoch") == epoch, "\(reset)")
    #expect((reset.integer("start") ?? 0) > 0)
    #expect(try back.next("snapshot").string("next")?.hasPrefix(epoch) == true)
    #expect(server.terminate() == 0)
    let verified = try verbatim("verify", "--data", scratch.data)
    #expect(verified.status == 0, "\(verified.output) \(verified.errors)")
    let kept = try Self.logs(segments)
    #expect(kept.count < before.count)
  }

  private static let letters = Array("abcdefghij")

  private static func bytes(_ path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? -1
  }

  private static func logs(_ directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory)
      .filter { $0.hasSuffix(".log") }.sorted()
  }

  private static func start(_ metrics: String) -> Int {
    let line = metrics.split(separator: "\n").first { $0.hasPrefix("verbatim_log_start_offset ") }
    return Int(line?.split(separator: " ").last ?? "") ?? 0
  }

  /// Takes every byte that is left.
  private static func fill(_ path: String) throws -> Int {
    let file = open(path, O_WRONLY | O_CREAT, 0o644)
    defer { close(file) }
    let zeros = [UInt8](repeating: 0, count: 4_096)
    var total = 0
    while case let count = write(file, zeros, zeros.count), count > 0 { total += count }
    return total
  }
}

/// The wall clock of a day ago.
private struct Yesterday: TimeSource {
  private let real = SystemTime()
  var wallMilliseconds: Int64 { real.wallMilliseconds - 86_000_000 }
  var monotonicNanoseconds: Int64 { real.monotonicNanoseconds }
}

/// Somebody who sends long messages that do not compress, each beginning with its number.
private struct Writer {
  private let client: RoomClient
  private var random = SplitMix(seed: 7)
  private var seq = 0
  private var refused: String?
  /// The number of the newest message that is durable.
  private(set) var newest = 0

  init(_ server: ServerProcess) throws {
    client = try RoomClient(server)
    _ = try client.hello("aaaaa", #","name":"Mara""#)
  }

  /// Returns the number of the last that was acknowledged.
  mutating func writeUntilRefused() throws -> Int {
    while seq < 4_000 {
      seq += 1
      var text = "\(seq) "
      while text.utf8.count < 7_900 { text += String(random.next(), radix: 36) }
      let message = #"{"type":"send","seq":\#(seq),"draft":\#(seq),"text":"\#(text)"}"#
      try client.say(message)
      switch try client.ackOrError(seq) {
      case "": newest = seq
      case "unavailable":
        refused = message
        return newest
      case let other: throw ServerProcess.Failure("refused with \(other)")
      }
    }
    throw ServerProcess.Failure("the disk was never full")
  }

  /// Sends what was refused, unchanged, until it is taken.
  mutating func writeUntilTaken() throws {
    guard let refused else { return }
    let deadline = ContinuousClock.now + .seconds(60)
    repeat {
      guard ContinuousClock.now < deadline else { throw ServerProcess.Failure("never again") }
      try client.say(refused)
    } while try client.ackOrError(seq) != ""
    newest = seq
  }
}

extension RoomClient {
  /// Waits for the message that begins with this number.
  fileprivate func sees(_ number: Int) throws {
    _ = try events { event in
      event.string("type") == "message.sent"
        && event.string("text")?.hasPrefix("\(number) ") == true
    }
  }
}

/// A file system of so many MiB, in memory, mounted for one test.
private final class SmallFileSystem {
  let path: String

  /// Whether this machine lets us mount one; asked once, and said.
  static let isAllowed: Bool = {
    do {
      let scratch = try Scratch()
      _ = try SmallFileSystem(mebibytes: 1, at: scratch.path + "/disk")
      return true
    } catch {
      print("tests on a full file system are skipped: \(error)")
      return false
    }
  }()

  init(mebibytes: Int, at path: String) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard mount("tmpfs", path, "tmpfs", 0, "size=\(mebibytes)m") == 0 else {
      throw ServerProcess.Failure("no tmpfs may be mounted: \(String(cString: strerror(errno)))")
    }
  }

  deinit { umount2(path, 2) }  // MNT_DETACH
}
