import NIOCore
import Synchronization
import Testing

@testable import Kafka
@testable import LogStore

/// Segments that are written again, or go, while somebody reads.
@Suite struct RewritingTests {
  private static let options = LogOptions(segmentBytes: 6_000, preparesZeros: false)
  private static var shrinking: LogOptions {
    var options = options
    options.rewritesSealed = true
    return options
  }

  /// Records at times of their own, one in a batch, over several segments.
  private static func world() throws -> ListenerWorld {
    let time = PlayedTime()
    let world = try ListenerWorld(log: options, time: time)
    for number in 0..<400 {
      time.pass(number % 3 == 0 ? 5 : 2)
      try world.log.append([Record(key: Array("room".utf8), value: Array("event \(number)".utf8))])
    }
    return world
  }

  private static func read(_ peer: Peer, from offset: Int64) throws -> Fetched {
    var answer = try peer.ask(ClientRequest.fetch(offset: offset))
    return try Fetched(&answer)
  }

  @Test("from every offset a rewritten segment gives the records it gave before")
  func everyOffset() throws {
    let world = try Self.world()
    let peer = try world.peer()
    let before = try Self.read(peer, from: 0)
    let records = try before.records()
    #expect(records.map(\.offset) == Array(0..<400))
    world.log.steppedUpkeep(Self.shrinking).run()
    let after = try Self.read(peer, from: 0)
    #expect(after.spans.count < before.spans.count / 10, "many small batches became few")
    #expect(try after.records() == records)
    for offset in Int64(0)..<400 {
      let fetched = try Self.read(peer, from: offset)
      #expect(fetched.spans.first?.contains(offset) == true)
      #expect(try fetched.records().drop { $0.offset < offset } == records[Int(offset)...])
    }
  }

  @Test("a time leads to the first record at or after it, in the middle of a rewritten batch")
  func times() throws {
    let world = try Self.world()
    let peer = try world.peer()
    let records = try Self.read(peer, from: 0).records()
    world.log.steppedUpkeep(Self.shrinking).run()
    let batch = try Self.read(peer, from: 0).spans[0]
    #expect(batch.count > 40)
    for index in [0, batch.count / 3, batch.count / 2, batch.count - 1] {
      for time in records[index].time - 1...records[index].time + 1 {
        let expected = records.first { $0.time >= time }
        let found = try peer.find(time: time)
        #expect(found.offset == expected?.offset)
        #expect(found.time == expected?.time)
      }
    }
  }

  @Test("readers of a log that grows, is rewritten and is cut see every record once, or the start")
  func underReaders() throws {
    var options = Self.shrinking
    options.retainBytes = 20_000
    let world = try ListenerWorld(log: options)
    let total: Int64 = 6_000
    let readers = [1 << 20, 3_000, 1].map { bytesMost in
      let follower = Follower(world.server.localPort, bytesMost: Int32(bytesMost), until: total)
      return (follower, JoinableThread { follower.run() })
    }
    var next: Int64 = 0
    while next < total {
      let count = min(1 + next % 7, total - next)
      try world.log.append(
        (next..<next + count).map { Record(key: nil, value: Array("event \($0)".utf8)) })
      next += count
    }
    for (follower, thread) in readers {
      thread.join()
      #expect(follower.faults == [])
      #expect(follower.next == total)
    }
    #expect(world.log.state.start > 0, "segments have gone")
    #expect(world.server.counts.faults == 0)
  }
}

/// Reads on until an offset, and notes what is not as it must be.
private final class Follower: Sendable {
  private let port: Int
  private let bytesMost: Int32
  private let end: Int64
  private let seen = Mutex((next: Int64(0), faults: [String]()))

  init(_ port: Int, bytesMost: Int32, until end: Int64) {
    self.port = port
    self.bytesMost = bytesMost
    self.end = end
  }

  var next: Int64 { seen.withLock { $0.next } }
  var faults: [String] { seen.withLock { $0.faults } }

  func run() {
    do {
      let peer = try Peer(port: port)
      while next < end, faults.isEmpty { try step(peer) }
    } catch {
      seen.withLock { $0.faults.append("\(error)") }
    }
  }

  private func step(_ peer: Peer) throws {
    let from = next
    var answer = try peer.ask(
      ClientRequest.fetch(offset: from, wait: 10_000, bytesMost: bytesMost))
    let fetched = try Fetched(&answer)
    guard fetched.error != 1 else {
      // What it was about to read has gone: only forwards, and only to where the log begins.
      return seen.withLock { seen in
        if fetched.start <= from { seen.faults.append("below \(fetched.start): \(from)") }
        seen.next = fetched.start
      }
    }
    let records = try fetched.records().drop { $0.offset < from }
    seen.withLock { seen in
      if fetched.error != 0 { seen.faults.append("error \(fetched.error) at \(from)") }
      for record in records {
        if record.offset != seen.next || record.value != Array("event \(seen.next)".utf8) {
          seen.faults.append("\(record.offset) where \(seen.next) must be")
        }
        seen.next = record.offset + 1
      }
    }
  }
}

struct FetchedRecord: Equatable {
  let offset: Int64
  let time: Int64
  let key: [UInt8]?
  let value: [UInt8]
}

extension Fetched {
  /// The records of all batches, each of which is checked.
  func records() throws -> [FetchedRecord] {
    var records: [FetchedRecord] = []
    let scratch = ReadScratch()
    try batches.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
        let header = BatchHeader(start)
        let batch = UnsafeRawBufferPointer(rebasing: rest.prefix(header.totalBytes))
        try header.checkContent(batch)
        var cursor = RecordCursor(
          try scratch.records(batch, header), base: header.base, count: Int(header.count),
          baseTimestamp: header.baseTimestamp)
        while let view = try cursor.next() {
          records.append(
            FetchedRecord(
              offset: view.offset, time: view.timestamp, key: view.key.map { [UInt8]($0) },
              value: [UInt8](view.value)))
        }
        rest = rest.dropFirst(header.totalBytes)
      }
    }
    return records
  }
}

/// A clock that goes when it is told to.
final class PlayedTime: TimeSource {
  private let passed = Mutex<Int64>(0)

  func pass(_ milliseconds: Int64) { passed.withLock { $0 += milliseconds } }

  var wallMilliseconds: Int64 { 1_700_000_000_000 + passed.withLock { $0 } }
  var monotonicNanoseconds: Int64 { 1_000_000_000 + passed.withLock { $0 } * 1_000_000 }
}
