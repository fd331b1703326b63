import Chat
import Dispatch
import Gateway
import LogStore
import Synchronization
import Testing

/// A sync that takes as long as the test says, under a whole server.
@Suite struct SlowDiskTests {
  private let disk = GatedStorage()
  private let time = FakeTime()

  private func world() throws -> World {
    try World(gateway: { $0.loops = 1 }, storage: disk, time: time)
  }

  private func say(_ socket: WebSocket, _ seq: Int) {
    socket.say(
      #"{"type":"edit","seq":\#(seq),"draft":1,"at":\#(seq - 1),"del":0,"ins":"a","kind":"type"}"#)
  }

  @Test func `two seconds in a sync are said to everybody, and reading goes on`() throws {
    let world = try world()
    defer { disk.open() }
    let (writer, _) = try world.enter("aaaaa", #","name":"Ada""#)
    let (watcher, _) = try world.enter("bbbbb", #","watch":true"#)
    #expect(try world.get("/readyz").status == 200)
    disk.shut()
    say(writer, 1)
    disk.waitUntilEntered()
    time.pass(milliseconds: 1_999)
    #expect(try world.get("/readyz").status == 200, "merely slow")
    time.pass(milliseconds: 1)
    let busy = try world.get("/readyz")
    #expect(busy.status == 503)
    #expect(busy.text.contains(#""reasons":["slow_disk: 2000 ms"]"#), "\(busy.text)")
    for socket in [writer, watcher] {
      let error = try socket.message("error")
      #expect(error.string("code") == "slow_disk")
      #expect(error.integer("expected") == nil, "nothing is refused")
      #expect(error.integer("seq") == nil)
    }
    writer.say(#"{"type":"history","before":0,"limit":10}"#)
    _ = try writer.message("page")
    #expect(try world.get("/rooms/lobby/messages").status == 200)
    #expect(try world.get("/livez").status == 200)
    disk.open()
    #expect(try writer.message("ack").integer("seq") == 1)
    #expect(try world.get("/readyz").status == 200)
    _ = try watcher.message("events")
    // Its acknowledgement ended it: the very next commit that stalls is told again, once.
    disk.shut()
    say(writer, 2)
    disk.waitUntilEntered()
    time.pass(milliseconds: 2_000)
    #expect(try watcher.message("error").string("code") == "slow_disk")
    time.pass(milliseconds: 21_000)
    while true {
      let type = try watcher.message().string("type")
      #expect(type != "error", "told once a commit")
      if type == "ping" { break }
    }
    disk.open()
    #expect(try writer.message("ack").integer("seq") == 2)
  }

  @Test func `who is not read is not called silent`() throws {
    let world = try world()
    defer { disk.open() }
    let (writer, _) = try world.enter("aaaaa", #","name":"Ada""#)
    let (silent, _) = try world.enter("bbbbb", #","watch":true"#)
    disk.shut()
    // As many as a session may have unacknowledged: from here on its socket is not read.
    for seq in 1...Limits.unacknowledgedEvents { say(writer, Int(seq)) }
    disk.waitUntilEntered()
    try world.wait(
      for: "verbatim_messages_received_total \(Limits.unacknowledgedEvents + 2)\n")
    time.pass(milliseconds: 100_000)
    // The other one is read, says nothing, and is let go: so time was looked at.
    #expect(try silent.closeCode() == 4001)
    disk.open()
    while try writer.message("ack").integer("seq") != Int64(Limits.unacknowledgedEvents) {}
    say(writer, Int(Limits.unacknowledgedEvents) + 1)
    _ = try writer.message("ack")
  }

  @Test func `who was not read is read again when the log refuses what waits`() throws {
    let world = try world()
    defer { disk.open() }
    let (writer, _) = try world.enter("aaaaa", #","name":"Ada""#)
    disk.shut()
    for seq in 1...Limits.unacknowledgedEvents { say(writer, Int(seq)) }
    disk.waitUntilEntered()
    try world.wait(
      for: "verbatim_messages_received_total \(Limits.unacknowledgedEvents + 1)\n")
    disk.open(failing: true)
    #expect(try writer.message("error").string("code") == "unavailable")
    #expect(try world.get("/readyz").text.contains("poisoned"))
    writer.say(#"{"type":"history","before":0,"limit":10}"#)
    _ = try writer.message("page")
  }
}

/// The real disk; while the gate is shut, syncs of segments wait at it.
private final class GatedStorage: Storage {
  private let real = POSIXStorage()
  private let state = Mutex((isShut: false, fails: false))
  private let gate = DispatchSemaphore(value: 0)
  private let entered = DispatchSemaphore(value: 0)

  func shut() { state.withLock { $0.isShut = true } }

  /// Lets the one that waits go on, or fail.
  func open(failing: Bool = false) {
    state.withLock { $0 = (isShut: false, fails: failing) }
    gate.signal()
  }

  func waitUntilEntered() { entered.wait() }

  fileprivate func pass(_ path: String) throws(StorageError) {
    guard path.hasSuffix(".log"), state.withLock({ $0.isShut }) else { return }
    entered.signal()
    gate.wait()
    if state.withLock({ $0.fails }) { throw StorageError(.sync, path, errno: 5) }
  }

  func open(_ path: String, _ mode: OpenMode) throws(StorageError) -> any StoredFile {
    GatedFile(try real.open(path, mode), path, self)
  }
  func names(in directory: String) throws(StorageError) -> [String] {
    try real.names(in: directory)
  }
  func makeDirectory(_ path: String) throws(StorageError) -> Bool {
    try real.makeDirectory(path)
  }
  func rename(_ from: String, to: String) throws(StorageError) { try real.rename(from, to: to) }
  func remove(_ path: String) throws(StorageError) { try real.remove(path) }
  func syncDirectory(_ path: String) throws(StorageError) { try real.syncDirectory(path) }
  func lock(_ path: String) throws(StorageError) -> (any StorageLock)? { try real.lock(path) }
  func isLocked(_ path: String) -> Bool { real.isLocked(path) }
  func freeBytes(at path: String) throws(StorageError) -> Int64 { try real.freeBytes(at: path) }
}

private final class GatedFile: StoredFile {
  private let real: any StoredFile
  private let path: String
  private let storage: GatedStorage

  init(_ real: any StoredFile, _ path: String, _ storage: GatedStorage) {
    self.real = real
    self.path = path
    self.storage = storage
  }

  func size() throws(StorageError) -> Int64 { try real.size() }
  func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int64)
    throws(StorageError) -> Int
  {
    try real.read(into: buffer, at: position)
  }
  func write(_ bytes: UnsafeRawBufferPointer, at position: Int64) throws(StorageError) {
    try real.write(bytes, at: position)
  }
  func sync() throws(StorageError) {
    try storage.pass(path)
    try real.sync()
  }
  func truncate(to size: Int64) throws(StorageError) { try real.truncate(to: size) }
}

private final class FakeTime: TimeSource {
  private let passed = Mutex<Int64>(0)
  var wallMilliseconds: Int64 { 1_700_000_000_000 + passed.withLock { $0 } }
  var monotonicNanoseconds: Int64 { 1_000_000_000 + passed.withLock { $0 } * 1_000_000 }
  func pass(milliseconds: Int64) { passed.withLock { $0 += milliseconds } }
}
