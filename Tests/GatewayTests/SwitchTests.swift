import Chat
import LogStore
import TestSupport
import Testing

/// The step from what was written to what is being written, under writing that never stops.
@Suite struct SwitchTests {
  private static let cuts = 100
  private static let session = "wwwww"

  /// What a reader has, over all its connections.
  private struct Reading {
    var cursor = ""
    var last: Int64 = -1
    var offsets: [Int64] = []
    var inserted = 0

    mutating func take(_ frame: JSONObject) throws {
      #expect(frame.integer("prev") == last, "a gap, or something twice")
      cursor = try #require(frame.string("next"))
      let first = try #require(frame.integer("first"))
      let events = frame.array("events") ?? []
      let listed = frame.array("offsets")?.compactMap { value -> Int64? in
        if case .integer(let offset) = value { offset } else { nil }
      }
      let told = listed ?? (0..<Int64(events.count)).map { first + $0 }
      #expect(told.count == events.count)
      for case .object(let event) in events where event.string("type") == "draft.edited" {
        inserted += 1
      }
      offsets += told
      last = try #require(told.last)
    }
  }

  @Test func `a reader cut off a hundred times while others write has every event once`() throws {
    let seed: UInt64 = 20_261_125
    print("seed \(seed)")
    var random = SplitMix(seed: seed)
    let world = try World()
    let (ada, _) = try world.enter("aaaaa", #","name":"Ada","listen":false"#)
    var (reader, welcome) = try world.enter(Self.session, #","watch":true"#)
    var reading = Reading()
    let begin = try reader.message("snapshot")
    (reading.last, reading.cursor) = (begin.integer("prev") ?? -1, begin.string("next") ?? "")
    #expect(welcome.string("participant") == nil)
    var (seq, acked): (Int, Int64) = (0, 0)
    for _ in 0..<Self.cuts {
      // Nobody waits for anybody: some of this is history at the greeting, some comes during it.
      try Self.type(ada, &seq, &acked, Int.random(in: 1...40, using: &random))
      (reader, welcome) = try world.enter(
        Self.session, #","watch":true,"from":"\#(reading.cursor)""#)
      #expect(welcome.string("next") == reading.cursor)
      try Self.type(ada, &seq, &acked, Int.random(in: 0...20, using: &random))
      for _ in 0..<Int.random(in: 0...3, using: &random) where reading.inserted < seq {
        try reading.take(try reader.message("events"))
      }
    }
    while reading.inserted < seq { try reading.take(try reader.message("events")) }
    #expect(reading.inserted == seq)
    #expect(Set(reading.offsets).count == reading.offsets.count)
    #expect(reading.offsets == reading.offsets.sorted())
    #expect(reading.offsets.last == world.log.state.next - 1, "nothing is left out at the end")
  }

  /// Edits; their acknowledgements are taken up to a few, or her own socket would fill.
  private static func type(
    _ socket: WebSocket, _ seq: inout Int, _ acked: inout Int64, _ count: Int
  ) throws {
    let most = Int64(seq + count - 100)
    for _ in 0..<count {
      seq += 1
      socket.say(
        #"{"type":"edit","seq":\#(seq),"draft":1,"at":0,"del":\#(seq == 1 ? 0 : 1),"ins":"a","#
          + #""kind":"type"}"#)
    }
    while acked < most { acked = try socket.message("ack").integer("seq") ?? 0 }
  }
}
