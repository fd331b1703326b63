import Chat
import LogStore
import Replay
import Testing

@Suite struct `Following a directory` {
  private func offsets(_ output: Output) -> [Int64] {
    output.text.split(separator: "\n").compactMap { line in
      Int64(line.dropFirst(#"{"offset":"#.count).prefix { $0 != "," })
    }
  }

  private func options(_ origin: String, room: RoomName? = nil, count: Int? = nil)
    -> LocalFollow.Options
  {
    var options = LocalFollow.Options()
    options.origin = FollowOrigin(origin) ?? .end
    options.room = room
    options.count = count
    options.endsAtEnd = true
    options.json = true
    return options
  }

  @Test func `begins where it is told`() throws {
    let log = try WrittenLog(Scene(seed: 51, steps: 150))
    let next = Int64(log.records.count)
    let time = log.times[50]
    let rows: [(String, Int64)] = [
      ("beginning", 0), ("end", next), ("-10", next - 10), ("7", 7), ("-100000", 0),
      ("@\(time)", Int64(log.times.firstIndex { $0 >= time } ?? 0)),
      ("@\(UTCTime.text(time))", Int64(log.times.firstIndex { $0 >= time } ?? 0)),
    ]
    for (origin, first) in rows {
      let output = Output.kept()
      var follow = try LocalFollow(data: log.data, options: options(origin))
      try follow.run(to: output)
      #expect(offsets(output) == Array(first..<next), "\(origin)")
      #expect(follow.next == next)
    }
    #expect(FollowOrigin("soon") == nil)
    #expect(throws: Complaint.self) {
      try LocalFollow(data: log.data, options: options("\(next + 1)"))
    }
  }

  @Test func `of one room counts that room's events`() throws {
    let log = try WrittenLog(Scene(seed: 52, steps: 150))
    let tea = try #require(RoomName("tea"))
    let all = log.records.indices.filter { log.records[$0].key == tea.key }.map { Int64($0) }
    let output = Output.kept()
    var follow = try LocalFollow(data: log.data, options: options("-5", room: tea))
    try follow.run(to: output)
    #expect(offsets(output) == Array(all.suffix(5)))
    let two = Output.kept()
    var counted = try LocalFollow(
      data: log.data, options: options("beginning", room: tea, count: 2))
    try counted.run(to: two)
    #expect(offsets(two) == Array(all.prefix(2)))
    #expect(counted.next == all[1] + 1)
  }

  @Test func `goes on with what a server writes, once and in order`() throws {
    var log = try WrittenLog(Scene(seed: 53, steps: 100))
    let more = Scene(seed: 54, steps: 100).lines.map(\.record)
    let first = Int64(log.records.count)
    var wanted = options("end")
    wanted.endsAtEnd = false
    var follow = try LocalFollow(data: log.data, options: wanted)
    let output = Output.kept()
    var looks = 0
    var failure: (any Error)?
    try follow.run(to: output, while: { looks < 4 }) {
      looks += 1
      guard looks % 2 == 1 else { return }
      do {
        try log.append(Array(looks == 1 ? more.prefix(50) : more.dropFirst(50)))
      } catch {
        failure = error
      }
    }
    #expect(failure == nil)
    #expect(offsets(output) == Array(first..<first + Int64(more.count)))
  }

  @Test(arguments: [false, true])
  func `damage that ends the log is said, and not waited for`(isInUse: Bool) throws {
    let log = try WrittenLog(Scene(seed: 56, steps: 100), durability: .commit)
    let path = try #require(try log.segments().last)
    var bytes = try TemporaryDirectory.read(path)
    bytes[bytes.count - 1] ^= 1
    try TemporaryDirectory.write(bytes, to: path)
    // Held as by a server; it does not answer, so the recovery point is the end.
    let held = isInUse ? try POSIXStorage().lock("\(log.data)/lock") : nil
    var wanted = options("beginning")
    wanted.endsAtEnd = false
    var follow = try LocalFollow(data: log.data, options: wanted)
    let output = Output.kept()
    var looks = 0
    let complaint = #expect(throws: Complaint.self) {
      try follow.run(to: output, while: { looks < 5 }) { looks += 1 }
    }
    #expect(complaint?.status == .difference)
    #expect(offsets(output) == Array(0..<follow.next), "what is good was told before")
    #expect(follow.next > 0 && follow.next < Int64(log.records.count))
    // One who wants only so many gets them.
    var few = try LocalFollow(data: log.data, options: options("beginning", count: 3))
    try few.run(to: Output.kept())
    _ = held
  }

  @Test func `tells people in words`() throws {
    let log = try WrittenLog(Scene(seed: 55, steps: 150))
    var wanted = options("beginning")
    wanted.json = false
    var follow = try LocalFollow(data: log.data, options: wanted)
    let output = Output.kept()
    try follow.run(to: output)
    let lines = output.text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == log.records.count + 1)
    #expect(lines[1].hasSuffix("showing live"))
    #expect(lines.contains { $0.contains("Person 1 types \"") })
    #expect(!output.text.unicodeScalars.contains { $0 != "\n" && TerminalText.isUnsafe($0) })
  }
}
