import Chat
import Foundation
import NIOCore
import NIOPosix
import Projector
import Testing

/// One reply of a real model before many watchers, and how it is stopped.
@Suite(.serialized) struct ReplyWatchingTests {
  private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)

  private func ask(_ client: RoomClient, _ text: String) throws {
    try client.say(
      #"{"type":"edit","seq":1,"draft":1,"at":0,"del":0,"ins":"\#(text)","kind":"paste"}"#)
    try client.say(#"{"type":"send","seq":2,"draft":1}"#)
  }

  private func chunks(_ client: RoomClient, _ count: Int) throws {
    var seen = 0
    _ = try client.events { event in
      if event.string("type") == "reply.chunk" { seen += 1 }
      return seen >= count
    }
  }

  @Test(.enabled(if: LlamaServer.isHere))
  func `200 watchers, 20 of them late and 20 cut, end with what the model produced`() throws {
    let scratch = try Scratch()
    let model = try LlamaServer(runsOn: true)
    // However fast the model is: nobody comes late to a reply that is over.
    let proxy = try RecordingProxy(to: model.port, holdingAfter: 8)
    let server = try ServerProcess(
      data: scratch.data,
      ["--model-url", "http://127.0.0.1:\(proxy.port)/v1", "--model", "SmolLM2"])
    let asker = try RoomClient(server)
    _ = try asker.hello("bbbbb", #","name":"Mara""#)
    func watcher(_ index: Int) throws -> Watcher.Handle {
      try Watcher.Handle(server, on: Self.group.next()) { !$0.finishes.isEmpty }
    }
    var watchers = try (0..<180).map(watcher)
    for watcher in watchers { try watcher.arrived.wait() }
    try ask(asker, "Write all numbers from one to two hundred, in words, with commas.")
    try chunks(asker, 1)
    for watcher in watchers[..<20] { try watcher.cut() }
    watchers += try (180..<200).map(watcher)
    for watcher in watchers[180...] { try watcher.arrived.wait() }
    proxy.release()
    try chunks(asker, 6)
    for watcher in watchers[..<20] { try watcher.resume() }
    _ = try asker.events { $0.string("type") == "reply.finished" }
    let seen = try watchers.map { try $0.seen.wait() }
    let produced = try proxy.text(ofConnection: 0)
    #expect(!produced.isEmpty)
    for (index, one) in seen.enumerated() {
      #expect(one.texts.values.map { $0 } == [produced], "watcher \(index)")
      #expect(one.faults == 0, "watcher \(index)")
      #expect(one.resumes == (index < 20 ? 1 : 0))
    }
    let late = seen[180...]
    #expect(late.allSatisfy { !$0.joined.isEmpty }, "they came in mid-reply")
    #expect(late.allSatisfy { one in one.joined.values.allSatisfy { produced.hasPrefix($0) } })
    #expect(server.terminate() == 0)
    let item = try #require(try Replayed(scratch.data).projection[.lobby]?.items.last)
    #expect(item.text == produced)
  }

  @Test(.enabled(if: LlamaServer.isHere))
  func `a stop reaches the model: its slot is idle, and what waits there never runs`() throws {
    let scratch = try Scratch()
    let model = try LlamaServer(slots: 1, runsOn: true)
    let proxy = try RecordingProxy(to: model.port)
    let server = try ServerProcess(
      data: scratch.data,
      ["--model-url", "http://127.0.0.1:\(proxy.port)/v1", "--model", "SmolLM2"])
    let (one, two) = (try RoomClient(server), try RoomClient(server, room: "other"))
    let token = try one.hello("aaaaa", #","name":"Mara""#).string("token") ?? ""
    _ = try two.hello("bbbbb", #","name":"Wren""#)
    try ask(one, "Write all numbers from one to two hundred, in words, with commas.")
    let first = try start(one)
    try chunks(one, 3)
    #expect(try model.busySlots() == 1)
    // The only slot is taken: the second request waits in the model's queue.
    try ask(two, "Tell a very long story about a ship.")
    let second = try start(two)
    try two.say(#"{"type":"stop","reply":\#(second)}"#)
    let stopped = try two.events { $0.string("type") == "reply.finished" }
    #expect(stopped.last?.string("finish") == "stopped")
    #expect(!stopped.contains { $0.string("type") == "reply.chunk" })
    // From another tab of the same participant, by the reply's offset alone.
    let tab = try RoomClient(server)
    _ = try tab.hello("ccccc", #","token":"\#(token)""#)
    let before = ContinuousClock.now
    try tab.say(#"{"type":"stop","reply":\#(first)}"#)
    let events = try one.events { $0.string("type") == "reply.finished" }
    let recorded = before.duration(to: .now)
    while try model.busySlots() > 0 { sched_yield() }
    print("stopped: on record after \(recorded), slot idle after \(before.duration(to: .now))")
    #expect(events.last?.string("finish") == "stopped")
    #expect(events.contains { $0.string("type") == "reply.stop_requested" })
    #expect(!proxy.received[1].contains("data:"), "the queued request was dropped unanswered")
  }

  private func start(_ client: RoomClient) throws -> Int64 {
    var reply: Int64 = -1
    while reply < 0 {
      let frame = try client.next("events")
      let first = frame.integer("first") ?? 0
      for (index, value) in (frame.array("events") ?? []).enumerated() {
        guard case .object(let event) = value, event.string("type") == "reply.started" else {
          continue
        }
        reply = first + Int64(index)
        if case .integer(let own)? = frame.array("offsets")?[index] { reply = own }
      }
    }
    return reply
  }

  @Test func `two others stop a reply only from two addresses, and the operator alone does`()
    throws
  {
    let scratch = try Scratch()
    let server = try ServerProcess(
      data: scratch.data, ["--model-url", "script:50"])
    let mara = try RoomClient(server)
    _ = try mara.hello("aaaaa", #","name":"Mara""#)
    let elsewhere = try RecordingProxy(to: server.port, from: "127.0.0.2")
    let others = try [nil, nil, elsewhere.port].map { try RoomClient(server, port: $0) }
    for (index, other) in others.enumerated() {
      _ = try other.hello("bbbb\(["b", "c", "d"][index])")
    }
    let words = String(repeating: "word ", count: 200)
    try ask(mara, words)
    let reply = try start(mara)
    for other in others[..<2] {
      try other.say(#"{"type":"stop","reply":\#(reply)}"#)
      #expect(try other.next("error").string("code") == "stop_pending")
    }
    try others[2].say(#"{"type":"stop","reply":\#(reply)}"#)
    let events = try mara.events { $0.string("type") == "reply.finished" }
    #expect(events.filter { $0.string("type") == "reply.stop_requested" }.count == 2)
    #expect(events.last?.string("finish") == "stopped")

    let wren = try RoomClient(server)
    _ = try wren.hello("ccccc", #","name":"Wren""#)
    try ask(wren, words)
    let next = try start(wren)
    let done = try verbatim("moderate", "stop", "lobby", "\(next)", "--data", scratch.data)
    #expect(done.status == 0)
    let ended = try wren.events { $0.string("type") == "reply.finished" }
    #expect(
      ended.filter { $0.string("type") == "reply.stop_requested" }.map { $0.string("by") }
        == ["operator"])
    let again = try verbatim("moderate", "stop", "lobby", "\(next)", "--data", scratch.data)
    #expect(again.status == 2)
    #expect(server.terminate() == 0)
    #expect(try verbatim("verify", "--data", scratch.data).status == 0)
  }
}
