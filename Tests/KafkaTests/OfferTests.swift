import Glibc
import LogStore
import NIOCore
import Testing

@testable import Kafka

/// What is offered is answered, and what is not is said.
@Suite struct OfferTests {
  /// The least a client says in a request of a key, in any version that is offered.
  static func least(_ key: APIKey, _ version: Int16) -> ByteBuffer {
    ClientRequest(key, version).with { buffer in
      switch key {
      case .apiVersions:
        // The client's software and its version, as compact strings, and no tags.
        if version >= 3 { buffer.writeBytes([0, 2, 0x61, 2, 0x31, 0]) }
      case .listGroups: break
      case .metadata:
        buffer.writeInteger(Int32(-1))
        buffer.writeInteger(UInt8(0))
      case .produce:
        if version >= 3 { buffer.writeNullableText(nil) }
        buffer.writeInteger(Int16(1))
        for value in [Int32(1_000), 0] { buffer.writeInteger(value) }
      case .fetch: buffer = ClientRequest.fetch(version, offset: 0)
      case .listOffsets:
        buffer.writeInteger(Int32(-1))
        buffer.writeInteger(Int8(0))
        buffer.writeInteger(Int32(0))
      case .initProducerID:
        buffer.writeNullableText(nil)
        buffer.writeInteger(Int32(1_000))
      case .findCoordinator:
        buffer.writeText("g")
        if version >= 1 { buffer.writeInteger(Int8(0)) }
      default: writeGroup(key, version, &buffer)
      }
    }
  }

  private static func writeGroup(_ key: APIKey, _ version: Int16, _ buffer: inout ByteBuffer) {
    if key == .describeGroups {
      buffer.writeArray(["g"]) { $0.writeText($1) }
      buffer.writeInteger(UInt8(0))
      return
    }
    buffer.writeText("g")
    switch key {
    case .joinGroup:
      for value in [Int32(10_000), 10_000] { buffer.writeInteger(value) }
      buffer.writeText("")
      buffer.writeNullableText(nil)
      buffer.writeText("consumer")
      buffer.writeArray(["range"]) { buffer, name in
        buffer.writeText(name)
        buffer.writeSized([])
      }
    case .syncGroup, .heartbeat:
      buffer.writeInteger(Int32(1))
      buffer.writeText("m")
      if version >= 3 { buffer.writeNullableText(nil) }
      if key == .syncGroup { buffer.writeInteger(Int32(0)) }
    case .leaveGroup: buffer.writeText("m")
    case .offsetCommit:
      buffer.writeInteger(Int32(-1))
      buffer.writeText("")
      buffer.writeInteger(Int64(-1))
      buffer.writeInteger(Int32(0))
    default: buffer.writeInteger(Int32(-1))
    }
  }

  @Test("what is offered is answered, in every version, on one connection")
  func offered() throws {
    let world = try ListenerWorld()
    try world.append(1)
    let peer = try world.peer()
    for key in APIKey.allCases {
      for version in key.versions {
        peer.send(Self.least(key, version))
        #expect(try peer.answer().correlation == 7, "\(key) \(version)")
      }
    }
    #expect(world.server.counts.faults == 0)
  }

  @Test(
    "where the first version has room for it, another version gets error 35 in that layout",
    arguments: [
      (APIKey.findCoordinator, 0), (.joinGroup, 0), (.syncGroup, 0), (.heartbeat, 0),
      (.leaveGroup, 0), (.listGroups, 0), (.initProducerID, 4),
    ] as [(APIKey, Int)])
  func unsupported(_ key: APIKey, _ bytesBefore: Int) throws {
    let world = try ListenerWorld()
    let peer = try world.peer()
    for version in [key.versions.lowerBound - 1, key.versions.upperBound + 1, .max] {
      var answer = try peer.ask(ClientRequest(key, version).buffer)
      for _ in 0..<bytesBefore { _ = try answer.integer(UInt8.self) }
      #expect(try answer.integer(Int16.self) == 35)
    }
    var answer = try peer.ask(ClientRequest(.apiVersions, 0).buffer)
    #expect(try answer.integer(Int16.self) == 0)
  }

  @Test(
    "a commit of 2015 gets error 35 for its partition, and the next request its answer",
    arguments: Int16(0)...2)
  func earlyCommit(_ version: Int16) throws {
    let world = try ListenerWorld()
    let peer = try world.peer()
    let request = ClientRequest(.offsetCommit, version).with { buffer in
      buffer.writeText("g")
      if version >= 1 {
        buffer.writeInteger(Int32(-1))
        buffer.writeText("")
      }
      if version >= 2 { buffer.writeInteger(Int64(-1)) }
      buffer.writeArray(["chat"]) { buffer, topic in
        buffer.writeText(topic)
        buffer.writeArray([Int32(0)]) { buffer, index in
          buffer.writeInteger(index)
          buffer.writeInteger(Int64(5))
          if version == 1 { buffer.writeInteger(Int64(-1)) }
          buffer.writeNullableText("m")
        }
      }
    }
    for _ in 0..<2 {
      var answer = try peer.ask(request)
      _ = try answer.integer(Int32.self)
      #expect(try answer.string() == "chat")
      for _ in 0..<2 { _ = try answer.integer(Int32.self) }
      #expect(try answer.integer(Int16.self) == 35)
      #expect(answer.isAtEnd)
    }
    #expect(try PlaceTests.place(peer) == nil)
  }

  @Test("a host of two addresses is listened on at both, and each is told the one it came by")
  func addresses() throws {
    let world = try ListenerWorld { $0.host = "localhost" }
    for family in [AF_INET, AF_INET6] {
      guard let peer = try? Peer(port: world.server.localPort, family: family) else {
        #expect(family == AF_INET6, "a machine may be without IPv6")
        continue
      }
      var answer = try peer.ask(Self.least(.metadata, 4))
      for _ in 0..<3 { _ = try answer.integer(Int32.self) }
      #expect(try answer.string() == (family == AF_INET ? "127.0.0.1" : "::1"))
      #expect(try answer.integer(Int32.self) == Int32(world.server.localPort))
    }
  }

  @Test("a stop ends whoever waits, and keeps what groups have said")
  func stop() throws {
    let world = try ListenerWorld()
    try world.append(3)
    for round in Int64(1)...5 {
      let peers = try (0..<8).map { _ in try world.peer() }
      #expect(try PlaceTests.error(peers[0], PlaceTests.commit(round)) == ErrorCode.none)
      for (index, peer) in peers.enumerated() {
        // The answer shows that the one before was taken.
        _ = try peer.ask(ClientRequest(.apiVersions, 0).buffer)
        switch index % 4 {
        case 0: peer.send(ClientRequest.fetch(offset: 3, wait: 20_000))
        case 1: peer.send(Self.least(.joinGroup, 5))
        case 2: peer.send(ClientRequest.fetch(offset: 0))
        default: break
        }
      }
      try world.restart()
      for (index, peer) in peers.enumerated() where index % 4 == 0 { #expect(peer.isAtEnd()) }
      #expect(try PlaceTests.place(try world.peer())?.0 == round)
    }
  }

  @Test("transactions are refused at once, where they are looked for and where they begin")
  func transactions() throws {
    let world = try ListenerWorld()
    let peer = try world.peer()
    var coordinator = try peer.ask(
      ClientRequest(.findCoordinator, 1).with { buffer in
        buffer.writeText("t")
        buffer.writeInteger(Int8(1))
      })
    _ = try coordinator.integer(Int32.self)
    #expect(try coordinator.integer(Int16.self) == 53)
    var producer = try peer.ask(
      ClientRequest(.initProducerID, 0).with { buffer in
        buffer.writeNullableText("t")
        buffer.writeInteger(Int32(1_000))
      })
    _ = try producer.integer(Int32.self)
    #expect(try producer.integer(Int16.self) == 53)
  }
}
