import Chat
import LogStore
import Replay
import Testing

@Suite struct `A dump` {
  @Test func `gives back every record, byte for byte`() throws {
    let log = try WrittenLog(Scene(seed: 41, steps: 200))
    let output = Output.kept()
    #expect(try DumpCommand.parsing([log.data, "--json"]).run(to: output))
    let expected = log.records.enumerated().map { offset, record in
      let room = record.key.map { "\"\(String(decoding: $0, as: UTF8.self))\"" } ?? "null"
      let event = String(decoding: record.value, as: UTF8.self)
      return "{\"offset\":\(offset),\"time\":\(log.times[offset]),\"room\":\(room),"
        + "\"event\":\(event)}"
    }
    #expect(output.text == expected.map { $0 + "\n" }.joined())
  }

  @Test func `takes a range, and one file that lies elsewhere`() throws {
    let log = try WrittenLog(Scene(seed: 42, steps: 200))
    let copy = "\(log.directory.path)/kept.bin"
    let segment = try #require(try log.segments().dropFirst().first)
    try TemporaryDirectory.copy(segment, to: copy)
    var walk = try SegmentWalk(path: segment)
    guard case .batch(let first) = try walk.next() else { throw Complaint(.usage, "no batch") }
    let (from, to) = (first.base + 1, first.base + 5)
    let command = try DumpCommand.parsing([copy, "--from", "\(from)", "--to", "\(to)", "--json"])
    let output = Output.kept()
    #expect(try command.run(to: output))
    let offsets = output.text.split(separator: "\n").map { $0.prefix { $0 != "," } }
    #expect(offsets == (from...to).map { "{\"offset\":\($0)" })
  }

  @Test func `shows each batch above its events`() throws {
    let log = try WrittenLog(Scene(seed: 43, steps: 60))
    let output = Output.kept()
    try DumpCommand.parsing([log.data]).run(to: output)
    let lines = output.text.split(separator: "\n")
    #expect(lines[0] == "00000000000000000000.log")
    #expect(lines[1].hasPrefix("batch 0 to "))
    #expect(lines[1].contains(" ok, 2026-01-02T03:04:"))
    #expect(lines.count { $0.hasPrefix("  ") } == log.records.count)
  }

  @Test func `passes over a damaged batch and says so`() throws {
    let log = try WrittenLog(Scene(seed: 44, steps: 200))
    let path = try log.segments()[0]
    var walk = try SegmentWalk(path: path)
    var batches: [BatchSummary] = []
    while case .batch(let batch) = try walk.next() { batches.append(batch) }
    var bytes = try TemporaryDirectory.read(path)
    bytes[Int(batches[3].position) + 70] ^= 1
    try TemporaryDirectory.write(bytes, to: path)
    let output = Output.kept()
    #expect(try !DumpCommand.parsing([log.data, "--json"]).run(to: output))
    let lines = output.text.split(separator: "\n").count
    #expect(lines == log.records.count - batches[3].count)
  }

  @Test func `is a line of JSON whatever a record holds`() throws {
    var log = try WrittenLog(Scene(seed: 45, steps: 0))
    try log.append([Record(key: nil, value: [0xFF, 0x0A])])
    let output = Output.kept()
    try DumpCommand.parsing([log.data, "--json"]).run(to: output)
    let last = try #require(output.text.split(separator: "\n").last)
    #expect(last.hasSuffix(#""room":null,"raw":"ff0a"}"#))
  }
}
