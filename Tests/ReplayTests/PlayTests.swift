import Chat
import LogStore
import Projector
import Replay
import Testing

@Suite struct `A room that is played` {
  @Test func `keeps its pace, and both clocks map to each other`() {
    let times: [Int64] = [0, 20, 20, 500, 8_000, 8_001, 1_000_000]
    let pace = Pace(speed: 1)
    var (now, shown): (Int64, [Int64]) = (0, [0])
    for (before, after) in zip(times, times.dropFirst()) {
      now += pace.nanoseconds(gap: after - before)
      shown.append(now / 1_000_000)
    }
    #expect(shown == times)
    let capped = Pace(speed: 4, idleMilliseconds: 2_000)
    let gaps = zip(times, times.dropFirst()).map { capped.nanoseconds(gap: $1 - $0) / 1_000 }
    #expect(gaps == [5_000, 0, 120_000, 500_000, 250, 500_000])
    // A clock that went back waits for nothing; an absurd gap ends.
    #expect(Pace().nanoseconds(gap: -5) == 0)
    #expect(Pace(speed: 0.0625).nanoseconds(gap: .max) > 0)
  }

  @Test func `has a speed with bounds`() {
    var pace = Pace(speed: 4)
    for _ in 0..<20 { pace.change(by: 2) }
    #expect(pace.speed == 1_024)
    for _ in 0..<40 { pace.change(by: 0.5) }
    #expect(pace.speed == 0.0625)
    #expect(TimeSpan("2s")?.milliseconds == 2_000)
    #expect(TimeSpan("1.5s")?.milliseconds == 1_500)
    #expect(TimeSpan("500ms")?.milliseconds == 500)
    #expect(TimeSpan("3m")?.milliseconds == 180_000)
    for text in ["", "2", "s", "-1s", "2 s", "infs", "nans", "1e99h"] {
      #expect(TimeSpan(text) == nil, "\(text)")
    }
  }

  @Test func `knows its keys`() {
    #expect(
      PlayKey.parse(Array(" .,+-[]05gGq".utf8)) == [
        .pause, .forward, .back, .faster, .slower, .seek(-10_000), .seek(10_000), .jump(0),
        .jump(5), .jump(0), .end, .quit,
      ])
    #expect(
      PlayKey.parse(Array("\u{1b}[C\u{1b}[D\u{1b}OA\u{1b}[B\u{1b}[5~\u{1b}[6~\u{1b}[H".utf8)) == [
        .forward, .back, .faster, .slower, .seek(-10_000), .seek(10_000), .jump(0),
      ])
    #expect(PlayKey.parse([0x1B]).isEmpty)
    #expect(PlayKey.parse(Array("xyz\u{1b}[Zé".utf8)).isEmpty)
  }

  @Test(arguments: [UInt64(95), 96])
  func `goes forward and back over every event, to the same states`(seed: UInt64) throws {
    let scene = Scene(seed: seed, steps: 500)
    let log = try WrittenLog(scene, seed: seed)
    let rebuild = try Rebuild(data: log.data)
    let expected = scene.lines.enumerated().filter { $0.element.room == .lobby }
      .map { Int64($0.offset) }
    var reel = RoomReel(rebuild, room: .lobby)
    var (forward, offset): ([Int64], Int64) = ([], -1)
    var states: [Int64: RoomState] = [:]
    while let frame = try reel.frame(after: offset) {
      offset = frame.offset
      forward.append(offset)
      #expect(frame.time == log.times[Int(offset)])
      states[offset] = try reel.state(at: offset)
    }
    #expect(forward == expected, "seed \(seed)")
    var back: [Int64] = []
    offset = reel.last + 1
    while let frame = try reel.frame(before: offset) {
      offset = frame.offset
      back.append(offset)
      #expect(try reel.state(at: offset) == states[offset], "seed \(seed), offset \(offset)")
    }
    #expect(back == expected.reversed(), "seed \(seed)")
    let middle = log.times[log.times.count / 2]
    let found = try reel.frame(atTime: middle)
    #expect(found?.offset == expected.first { log.times[Int($0)] >= middle })
    #expect(try reel.frame(after: reel.last) == nil)
    #expect(try reel.frame(before: 0) == nil)
    var nobody = RoomReel(rebuild, room: try #require(RoomName("nobody")))
    #expect(try nobody.frame(after: -1) == nil)
    #expect(try nobody.frame(before: nobody.last + 1) == nil)
  }

  @Test func `needs a terminal, and flags that fit`() throws {
    let log = try WrittenLog(Scene(seed: 97, steps: 20))
    #expect(Launch.run(ReplayCommand.self, ["--data", log.data, "--play", "--speed", "0"]) == 2)
    #expect(Launch.run(ReplayCommand.self, ["--data", log.data, "--idle", "2s"]) == 2)
    #expect(Launch.run(ReplayCommand.self, ["--data", log.data, "--play", "--idle", "2"]) == 2)
  }
}
