import NIOCore
import Testing

@testable import Kafka

/// A request as a client writes it.
struct ClientRequest {
  var buffer = ByteBuffer()

  init(_ key: APIKey, _ version: Int16, correlation: Int32 = 7, client: String? = "test") {
    self.init(key.rawValue, version, correlation: correlation, client: client)
  }

  init(_ key: Int16, _ version: Int16, correlation: Int32 = 7, client: String? = "test") {
    buffer.writeInteger(key)
    buffer.writeInteger(version)
    buffer.writeInteger(correlation)
    buffer.writeNullableText(client)
  }

  func with(_ body: (inout ByteBuffer) -> Void) -> ByteBuffer {
    var copy = buffer
    body(&copy)
    return copy
  }

  /// A fetch of one partition, in any version that is understood.
  static func fetch(
    _ version: Int16 = 11, topic: String = "chat", offset: Int64, wait: Int32 = 0,
    bytesLeast: Int32 = 1, bytesMost: Int32 = 1 << 20, session: Int32 = 0, epoch: Int32 = -1
  ) -> ByteBuffer {
    ClientRequest(.fetch, version).with { buffer in
      for value in [-1, wait, bytesLeast, bytesMost] { buffer.writeInteger(value) }
      buffer.writeInteger(Int8(0))
      if version >= 7 { for value in [session, Int32(-1)] { buffer.writeInteger(value) } }
      buffer.writeArray([topic]) { buffer, topic in
        buffer.writeText(topic)
        buffer.writeArray([Int32(0)]) { buffer, index in
          buffer.writeInteger(index)
          if version >= 9 { buffer.writeInteger(epoch) }
          buffer.writeInteger(offset)
          if version >= 5 { buffer.writeInteger(Int64(-1)) }
          buffer.writeInteger(bytesMost)
        }
      }
      if version >= 7 { buffer.writeInteger(Int32(0)) }
      if version >= 11 { buffer.writeText("") }
    }
  }
}

/// Requests as clients write them, and what is made of bytes that are none.
@Suite struct WireTests {
  static let requests: [ByteBuffer] = [
    ClientRequest(.apiVersions, 0).buffer,
    ClientRequest(.metadata, 4).with {
      $0.writeArray(["chat"]) { $0.writeText($1) }
      $0.writeInteger(UInt8(1))
    },
    ClientRequest(.produce, 7).with { buffer in
      buffer.writeNullableText(nil)
      buffer.writeInteger(Int16(-1))
      buffer.writeInteger(Int32(1_000))
      buffer.writeArray(["chat"]) { buffer, topic in
        buffer.writeText(topic)
        buffer.writeArray([Int32(0)]) { buffer, index in
          buffer.writeInteger(index)
          buffer.writeSized([1, 2, 3])
        }
      }
    },
    ClientRequest.fetch(offset: 3), ClientRequest.fetch(4, offset: 3),
    ClientRequest(.joinGroup, 5).with { buffer in
      buffer.writeText("g")
      buffer.writeInteger(Int32(10_000))
      buffer.writeInteger(Int32(10_000))
      buffer.writeText("")
      buffer.writeNullableText(nil)
      buffer.writeText("consumer")
      buffer.writeArray(["range"]) { buffer, name in
        buffer.writeText(name)
        buffer.writeSized([0, 1])
      }
    },
    ClientRequest(.syncGroup, 3).with { buffer in
      buffer.writeText("g")
      buffer.writeInteger(Int32(1))
      buffer.writeText("m")
      buffer.writeNullableText(nil)
      buffer.writeArray(["m"]) { buffer, name in
        buffer.writeText(name)
        buffer.writeSized([9])
      }
    },
    ClientRequest(.offsetCommit, 3).with { buffer in
      buffer.writeText("g")
      buffer.writeInteger(Int32(1))
      buffer.writeText("m")
      buffer.writeInteger(Int64(-1))
      buffer.writeArray(["chat"]) { buffer, topic in
        buffer.writeText(topic)
        buffer.writeArray([Int32(0)]) { buffer, index in
          buffer.writeInteger(index)
          buffer.writeInteger(Int64(5))
          buffer.writeNullableText(nil)
        }
      }
    },
  ]

  @Test("a request is read whole", arguments: requests)
  func whole(_ frame: ByteBuffer) throws {
    let received = try ReceivedRequest([UInt8](frame.readableBytesView))
    #expect(received.header.correlation == 7)
    #expect(received.header.clientID == "test")
    #expect(received.request != nil)
  }

  @Test("a request that is cut anywhere is no request, and no trap", arguments: requests)
  func cut(_ frame: ByteBuffer) throws {
    for length in 0..<frame.readableBytes {
      guard let part = frame.getSlice(at: 0, length: length) else { continue }
      #expect(throws: WireFault.self) { try ReceivedRequest([UInt8](part.readableBytesView)) }
    }
  }

  @Test("a request with any one byte changed is read or refused", arguments: requests)
  func changed(_ frame: ByteBuffer) {
    for index in 0..<frame.readableBytes {
      for value in [UInt8.min, 1, 0x7F, 0x80, .max] {
        var copy = frame
        copy.setInteger(value, at: index)
        _ = try? ReceivedRequest([UInt8](copy.readableBytesView))
      }
    }
  }

  @Test("bytes behind a request are refused", arguments: requests.dropFirst())
  func more(_ frame: ByteBuffer) {
    var copy = frame
    copy.writeInteger(UInt8(0))
    #expect(throws: WireFault.self) { try ReceivedRequest([UInt8](copy.readableBytesView)) }
  }

  @Test("a count is not believed before its bytes are there")
  func counts() {
    let frame = ClientRequest(.metadata, 4).with { $0.writeInteger(Int32.max) }
    #expect(throws: WireFault.self) { try ReceivedRequest([UInt8](frame.readableBytesView)) }
  }

  @Test("an array has so many elements at most, also where their bytes are there")
  func elements() {
    func asking(_ count: Int) throws -> ReceivedRequest {
      let frame = ClientRequest(.metadata, 4).with { buffer in
        buffer.writeArray([String](repeating: "", count: count)) { $0.writeText($1) }
        buffer.writeInteger(UInt8(0))
      }
      return try ReceivedRequest([UInt8](frame.readableBytesView))
    }
    #expect(throws: Never.self) { try asking(WireReader.elementsMost) }
    #expect(throws: WireFault.self) { try asking(WireReader.elementsMost + 1) }
  }

  @Test("ApiVersions in version 3 is as Kafka's brokers write it, without tagged fields")
  func apiVersions() {
    var answer = ByteBuffer()
    APIVersionsAnswer.write(&answer, version: 3)
    let bytes = [UInt8](answer.readableBytesView)
    // Error 0; a compact array of 15; Produce 0 to 7 and no tags; Fetch 4 to 11.
    #expect(
      bytes.prefix(17) == [0, 0, 16, 0, 0, 0, 0, 0, 7, 0, 0, 1, 0, 4, 0, 11, 0])
    // InitProducerId 0 to 0; throttle 0; no tags.
    #expect(bytes.suffix(12) == [0, 22, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    #expect(bytes.count == 2 + 1 + 15 * 7 + 4 + 1)
  }

  @Test(
    "ApiVersions of the future gets error 35 in the layout of version 0", arguments: [Int16(4), 99])
  func apiVersionsAhead(_ version: Int16) throws {
    var answer = ByteBuffer()
    APIVersionsAnswer.write(&answer, version: version)
    let bytes = [UInt8](answer.readableBytesView)
    #expect(bytes.prefix(12) == [0, 35, 0, 0, 0, 15, 0, 0, 0, 0, 0, 7])
    #expect(bytes.count == 2 + 4 + 15 * 6)
    let request = ClientRequest(18, version).buffer
    #expect(try ReceivedRequest([UInt8](request.readableBytesView)).request == nil)
  }

  @Test("what is offered begins low enough for librdkafka to see its features")
  func minimums() {
    #expect(APIKey.produce.versions.lowerBound == 0)
    #expect(APIKey.fetch.versions.lowerBound == 4)
    #expect(APIKey.findCoordinator.versions.lowerBound == 0)
    // Each of these would be used if it were offered.
    for key: Int16 in [23, 24, 25, 26, 28, 68, 69, 71, 72, 75] {
      #expect(APIKey(rawValue: key) == nil)
    }
  }

  @Test("text that is too long for its length is cut before a character")
  func longText() {
    var buffer = ByteBuffer()
    buffer.writeText(String(repeating: "é", count: 20_000))
    #expect(buffer.readInteger(as: Int16.self) == 32_766)
    #expect(buffer.readableBytes == 32_766)
  }
}
