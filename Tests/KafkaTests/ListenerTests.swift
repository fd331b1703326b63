import LogStore
import NIOCore
import Testing

@testable import Kafka

/// The listener over real sockets, with a real log behind it.
@Suite struct ListenerTests {
  @Test("from every offset of a batch the whole batch comes, and then what follows")
  func everyOffset() throws {
    let world = try ListenerWorld()
    try world.append(1, 10, 3)
    let peer = try world.peer()
    for version in Int16(4)...11 where version >= 7 {
      for offset in Int64(0)..<14 {
        var answer = try peer.ask(ClientRequest.fetch(11, offset: offset))
        let fetched = try Fetched(&answer)
        #expect(fetched.error == 0)
        #expect(fetched.highWatermark == 14)
        #expect(fetched.start == 0)
        #expect(fetched.spans.first?.contains(offset) == true)
        #expect(fetched.spans.last?.upperBound == 13)
      }
    }
  }

  @Test(
    "every version of Fetch that is offered is answered in its layout", arguments: Int16(4)...11)
  func versions(_ version: Int16) throws {
    let world = try ListenerWorld()
    try world.append(5)
    var answer = try world.peer().ask(ClientRequest.fetch(version, offset: 2))
    #expect(try answer.integer(Int32.self) == 0)
    if version >= 7 { #expect(try answer.integer(Int16.self) == 0) }
    if version >= 7 { #expect(try answer.integer(Int32.self) == 0) }
    #expect(try answer.integer(Int32.self) == 1)
    #expect(try answer.string() == "chat")
    #expect(try answer.integer(Int32.self) == 1)
    #expect(try answer.integer(Int32.self) == 0)
    #expect(try answer.integer(Int16.self) == 0)
    #expect(try answer.integer(Int64.self) == 5)
    #expect(try answer.integer(Int64.self) == 5)
    if version >= 5 { #expect(try answer.integer(Int64.self) == 0) }
    #expect(try answer.integer(Int32.self) == 0)
    if version >= 11 { #expect(try answer.integer(Int32.self) == -1) }
    #expect(try answer.bytes().count > 61)
    #expect(answer.isAtEnd)
  }

  @Test("a fetch at the end waits for the next record, and has it then")
  func longPoll() throws {
    let world = try ListenerWorld()
    try world.append(2)
    let peer = try world.peer()
    // The second answer shows that the first fetch was taken before the record came.
    peer.send(ClientRequest.fetch(offset: 2, wait: 20_000))
    let other = try world.peer()
    _ = try other.ask(ClientRequest.fetch(offset: 0))
    try world.append(1)
    var (_, answer) = try peer.answer()
    #expect(try Fetched(&answer).spans == [2...2])
  }

  @Test("a fetch that nothing comes for is answered empty when its time is up")
  func empty() throws {
    let world = try ListenerWorld()
    try world.append(2)
    var answer = try world.peer().ask(ClientRequest.fetch(offset: 2, wait: 30))
    let fetched = try Fetched(&answer)
    #expect(fetched.error == 0)
    #expect(fetched.batches.isEmpty)
    #expect(fetched.highWatermark == 2)
  }

  @Test("a fetch that wants more bytes than there are waits, and takes what there is at its end")
  func leastBytes() throws {
    let world = try ListenerWorld()
    try world.append(2)
    let peer = try world.peer()
    var answer = try peer.ask(ClientRequest.fetch(offset: 0, wait: 50, bytesLeast: 100_000))
    #expect(try Fetched(&answer).spans == [0...1])
    peer.send(ClientRequest.fetch(offset: 0, wait: 20_000, bytesLeast: 5_000))
    for _ in 0..<200 { try world.append(10) }
    var (_, late) = try peer.answer()
    #expect(try Fetched(&late).batches.count >= 5_000)
  }

  @Test("the first batch comes whatever its size, further ones as far as they fit")
  func mostBytes() throws {
    let world = try ListenerWorld()
    try world.append(50, 50, 50)
    let peer = try world.peer()
    var small = try peer.ask(ClientRequest.fetch(offset: 0, bytesMost: 1))
    #expect(try Fetched(&small).spans == [0...49])
    var none = try peer.ask(ClientRequest.fetch(offset: 0, bytesMost: 0))
    #expect(try Fetched(&none).spans == [0...49])
    var all = try peer.ask(ClientRequest.fetch(offset: 0))
    #expect(try Fetched(&all).spans == [0...49, 50...99, 100...149])
  }

  @Test("what is not there is said: offsets, topics, epochs, sessions")
  func notThere() throws {
    let world = try ListenerWorld()
    try world.append(3)
    let peer = try world.peer()
    func error(_ request: ByteBuffer) throws -> Int16 {
      var answer = try peer.ask(request)
      let fetched = try Fetched(&answer)
      return fetched.topError != 0 ? fetched.topError : fetched.error
    }
    #expect(try error(ClientRequest.fetch(offset: 4, wait: 20_000)) == 1)
    #expect(try error(ClientRequest.fetch(offset: -1, wait: 20_000)) == 1)
    #expect(try error(ClientRequest.fetch(topic: "other", offset: 0, wait: 20_000)) == 3)
    #expect(try error(ClientRequest.fetch(offset: 0, wait: 20_000, epoch: 1)) == 75)
    #expect(try error(ClientRequest.fetch(offset: 0, wait: 20_000, session: 9)) == 70)
  }

  @Test("a time leads to the first record at or after it, also inside a batch")
  func times() throws {
    let world = try ListenerWorld()
    let peer = try world.peer()
    #expect(try peer.find(time: -2) == FoundOffset(offset: 0))
    #expect(try peer.find(time: -1) == FoundOffset(offset: 0))
    #expect(try peer.find(time: 5) == FoundOffset(), "an empty log has nothing at or after")
    try world.append(4)
    var times: [Int64] = []
    _ = try world.log.scan(from: 0, to: nil) { view in
      times.append(view.timestamp)
      return .advance
    }
    #expect(try peer.find(time: -1).offset == 4)
    for time in Set(times.flatMap { [$0 - 1, $0, $0 + 1] }) {
      let expected = times.firstIndex { $0 >= time }
      let found = try peer.find(time: time)
      #expect(found.offset == expected.map(Int64.init) ?? -1)
      #expect(found.time == expected.map { times[$0] } ?? -1)
    }
    #expect(try peer.find(time: -5).error == .invalidRequest)
  }

  @Test("a write is refused in every version, and the connection goes on", arguments: Int16(0)...7)
  func produce(_ version: Int16) throws {
    let world = try ListenerWorld()
    let peer = try world.peer()
    let request = ClientRequest(.produce, version).with { buffer in
      if version >= 3 { buffer.writeNullableText(nil) }
      buffer.writeInteger(Int16(-1))
      buffer.writeInteger(Int32(1_000))
      buffer.writeArray(["chat"]) { buffer, topic in
        buffer.writeText(topic)
        buffer.writeArray([Int32(0)]) { buffer, index in
          buffer.writeInteger(index)
          buffer.writeSized([1, 2, 3])
        }
      }
    }
    for _ in 0..<2 {
      var answer = try peer.ask(request)
      _ = try answer.integer(Int32.self)
      _ = try answer.string()
      _ = try answer.integer(Int32.self)
      #expect(try answer.integer(Int32.self) == 0)
      #expect(try answer.integer(Int16.self) == 29)
    }
    #expect(world.log.state.next == 0)
  }

  @Test("answers come in the order of the requests, however fast these come")
  func order() throws {
    let world = try ListenerWorld()
    try world.append(1)
    let peer = try world.peer()
    let requests = (0..<50).map { number in
      ClientRequest(.apiVersions, Int16(number % 3), correlation: Int32(number)).buffer
    }
    for request in requests { peer.send(request, ClientRequest.fetch(offset: 0)) }
    for number in 0..<50 {
      #expect(try peer.answer().correlation == Int32(number))
      #expect(try peer.answer().correlation == 7)
    }
  }

  @Test("an ApiVersions from the future is answered, and the next request too")
  func future() throws {
    let world = try ListenerWorld()
    let peer = try world.peer()
    for version: Int16 in [4, 99] {
      var answer = try peer.ask(ClientRequest(18, version).buffer)
      #expect(try answer.integer(Int16.self) == 35)
    }
    var answer = try peer.ask(ClientRequest(.apiVersions, 0).buffer)
    #expect(try answer.integer(Int16.self) == 0)
  }

  @Test(
    "what nobody understands ends its connection and no other, and is told the operator",
    arguments: [
      ClientRequest(1, 12).buffer, ClientRequest(3, 13).buffer, ClientRequest(77, 0).buffer,
      ClientRequest(-1, -1).buffer,
      ClientRequest(.metadata, 4).with { $0.writeInteger(Int32(9)) },
    ])
  func hostile(_ request: ByteBuffer) throws {
    let talk = Talk()
    let world = try ListenerWorld { $0.report = talk.say }
    let (peer, other) = (try world.peer(), try world.peer())
    peer.send(request)
    #expect(peer.isAtEnd())
    #expect(world.server.counts.faults == 1)
    #expect(talk.lines.count == 1)
    #expect(talk.lines.first?.hasPrefix("kafka: /127.0.0.1: ") == true)
    var answer = try other.ask(ClientRequest(.apiVersions, 0).buffer)
    #expect(try answer.integer(Int16.self) == 0)
  }

  @Test("a length out of bounds ends the connection at once", arguments: [-1, 0, 7, 2 << 20 + 1])
  func lengths(_ length: Int32) throws {
    let world = try ListenerWorld()
    let peer = try world.peer()
    peer.send(bytes: withUnsafeBytes(of: length.bigEndian) { Array($0) })
    #expect(peer.isAtEnd())
  }

  @Test("more connections than there may be are closed, and a place that is free is taken again")
  func connections() throws {
    let world = try ListenerWorld { $0.connections = 2 }
    var first: Peer? = try world.peer()
    let second = try world.peer()
    for peer in [first, second] { _ = try peer?.ask(ClientRequest(.apiVersions, 0).buffer) }
    #expect(try world.peer().isAtEnd())
    first = nil
    // Until the end of the first one was seen.
    while true {
      let peer = try world.peer()
      if (try? peer.ask(ClientRequest(.apiVersions, 0).buffer)) != nil { break }
    }
  }

  @Test("nothing at or behind the committed end is handed out, and retained segments are an error")
  func retained() throws {
    var options = LogOptions(segmentBytes: 2_000, preparesZeros: false)
    options.retainBytes = 3_000
    let world = try ListenerWorld(log: options)
    while world.log.state.start == 0 { try world.append(20) }
    let peer = try world.peer()
    var below = try peer.ask(ClientRequest.fetch(offset: 0, wait: 20_000))
    let fetched = try Fetched(&below)
    #expect(fetched.error == 1)
    #expect(fetched.start > 0)
    var next = fetched.start
    while next < world.log.state.next {
      var answer = try peer.ask(ClientRequest.fetch(offset: next, bytesMost: 500))
      let spans = try Fetched(&answer).spans
      #expect(spans.first?.lowerBound == next, "no gap and no repeat over segments")
      next = (spans.last?.upperBound ?? .max - 1) + 1
    }
    #expect(next == world.log.state.next)
  }
}
