import Chat
import LogStore
import Projector
import TestSupport
import Testing

@testable import Rooms

/// Whose clock is wrong, and who is killed in mid-word, leaves no trace on what others see.
@Suite struct ClockAndGhostTests {
  private func edit(_ seq: Int, at: Int, _ ins: String, t: Int64?) -> String {
    let time = t.map { #","t":\#($0)"# } ?? ""
    return #"{"type":"edit","seq":\#(seq),"draft":1,"at":\#(at),"del":0,"ins":"\#(ins)","#
      + #""kind":"type"\#(time)}"#
  }

  private struct Course: Equatable {
    var events: [JSONObject] = []
    var times: [Int64] = []
    var digest: [UInt8] = []
    var clients: [Int64?] = []
  }

  /// Two people type in turns, one pauses, one sends; `clock` is what the first says of time.
  private func run(_ clock: (Int) -> Int64?) throws -> Course {
    let world = try World(random: SplitMix(seed: 55))
    let (watcher, mara, wren) = (world.open(), world.open(), world.open())
    _ = watcher.hello("wwwww", #","watch":true"#)
    _ = mara.hello("aaaaa")
    _ = wren.hello("bbbbb")
    for step in 0..<6 {
      mara.ask(edit(step + 1, at: step, "m", t: clock(step)))
      world.pass(milliseconds: 700)
      wren.ask(edit(step + 1, at: step, "w", t: nil))
      world.pass(milliseconds: 300)
    }
    world.pass(milliseconds: 4_300)
    wren.ask(edit(7, at: 6, "w", t: nil))
    world.pass(milliseconds: 200)
    mara.ask(edit(7, at: 6, "m", t: clock(6)))
    mara.ask(sending(8))
    world.pass(milliseconds: 6_000)
    var course = Course()
    for message in watcher.take().of("events") {
      for case .object(let event) in message.array("events") ?? [] { course.events.append(event) }
      for case .integer(let time) in message.array("times") ?? [] { course.times.append(time) }
    }
    course.digest = try #require(world.admission.state(of: .lobby)).digest
    return course
  }

  @Test(arguments: [[0, 5], [-5, 0], [5, -5], [0, 0]] as [[Int64]])
  func `a clock hours ahead or set back changes neither order nor expiry nor digest`(
    hours: [Int64]
  ) throws {
    let hour: Int64 = 3_600_000
    let without = try run { _ in nil }
    let with = try run { step in
      20 * hour + hours[step < 3 ? 0 : 1] * hour + (step.isMultiple(of: 2) ? 0 : -999)
    }
    #expect(with == without)
    #expect(with.times == with.times.sorted())
    let idle = with.events.filter { $0.string("reason") == "idle" }
    #expect(idle.count == 2, "each paused once")
    #expect(with.events.allSatisfy { $0["t"] == nil }, "and no browser is told")
  }

  @Test func `a client's time that is no time is refused, and nothing else is hurt`() throws {
    let world = try World()
    let mara = world.open()
    _ = mara.hello("aaaaa")
    #expect(mara.ask(edit(1, at: 0, "x", t: -1)).errors == ["malformed"])
    #expect(mara.ask(edit(1, at: 0, "x", t: Limits.integer)).errors.isEmpty)
    #expect(mara.ask(edit(2, at: 1, "y", t: 0)).errors.isEmpty)
  }

  /// Who has a draft open, by the events alone.
  private func open(after events: [JSONObject], _ before: Set<String> = []) -> Set<String> {
    events.reduce(into: before) { open, event in
      guard let by = event.string("by") else { return }
      switch event.string("type") {
      case "draft.edited", "typing.started": open.insert(by)
      case "typing.stopped":
        if event.string("reason") != "idle" { open.remove(by) }
      case "draft.discarded", "message.sent": open.remove(by)
      default: break
      }
    }
  }

  private func cursor(_ said: [JSONObject]) -> String? {
    said.last { $0.string("next") != nil && $0.string("type") != "welcome" }?.string("next")
  }

  @Test(arguments: [false, true])
  func `a viewer who resumes past a killed typist sees no ghost`(restarts: Bool) throws {
    let world = try World()
    let (viewer, mara, wren) = (world.open(), world.open(), world.open())
    _ = viewer.hello("wwwww", #","watch":true"#)
    let ghost = "\(try world.participant(mara.hello("aaaaa")))"
    _ = wren.hello("bbbbb")
    mara.ask(keys(1, "half a wo"))
    wren.ask(keys(1, "here"))
    let seen = viewer.take()
    let place = try #require(cursor(seen))
    let before = open(after: seen.events)
    #expect(before.contains(ghost))
    viewer.drop()
    if restarts { try world.restart() } else { mara.drop() }
    // Within grace: still open, and no event says otherwise.
    let early = world.open().hello("vvvvv", #","watch":true,"from":"\#(place)""#)
    #expect(early.of("snapshot").isEmpty)
    #expect(open(after: early.events, before).contains(ghost))
    world.pass(milliseconds: 31_000)
    let resumed = world.open().hello("wwwww", #","watch":true,"from":"\#(place)""#)
    #expect(resumed.of("snapshot").isEmpty)
    #expect(!open(after: resumed.events, before).contains(ghost))
    #expect(resumed.events.contains { $0.string("reason") == "gone" })
    let fresh = world.open().hello("xxxxx", #","watch":true"#).of("snapshot")[0]
    #expect(!drafts(fresh).contains(ghost))
    try expectNoGhost(ghost, inEveryPastOf: world)
  }

  private func drafts(_ state: JSONObject) -> Set<String> {
    (state.array("drafts") ?? []).reduce(into: []) { found, value in
      if case .object(let draft) = value, let by = draft.string("by") { found.insert(by) }
    }
  }

  /// Replayed to any offset, the draft is there from its first event to the one that ends it.
  private func expectNoGhost(_ ghost: String, inEveryPastOf world: World) throws {
    let record = PublicRecord(
      admission: world.admission,
      history: History(log: world.log, options: world.admission.options, checkpoints: nil))
    var isOpen: [Bool] = []
    for offset in 0..<record.nextOffset {
      let bytes = try record.transcriptJSON(of: .lobby, at: offset)
      guard case .object(let state) = try bytes.withUnsafeBytes({ try JSONParser.parse($0) })
      else { throw World.WorldError() }
      isOpen.append(drafts(state).contains(ghost))
    }
    let first = try #require(isOpen.firstIndex(of: true))
    let end = try #require(isOpen[first...].firstIndex(of: false))
    #expect(!isOpen[end...].contains(true))
  }
}
