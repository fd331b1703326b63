import Chat
import NIOCore
import Synchronization
import Testing

@testable import Client

@Suite struct FollowTests {
  private final class Lines: Sendable {
    let all = Mutex<[String]>([])
    func add(_ line: [UInt8]) -> Bool {
      all.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
      return true
    }
    var offsets: [Int] {
      all.withLock { $0.compactMap { Int($0.prefix { $0.isNumber }) } }
    }
  }

  private func follow(
    _ server: TestServer, _ origin: FollowOptions.Origin, count: Int? = nil, toEnd: Bool = true,
    json: Bool = false
  ) async throws -> Lines {
    let lines = Lines()
    var options = FollowOptions(server: server.address, room: .lobby)
    options.origin = origin
    options.count = count
    options.endsAtEnd = toEnd
    options.json = json
    try await Follow.run(options) { lines.add($0) }
    return lines
  }

  @Test func `following begins where it is asked to`() async throws {
    let server = try await TestServer(seed: 60)
    try await server.act { core in
      for _ in 0..<250 { core.model.interrupt() }
      core.model.commit()
    }
    #expect(try await follow(server, .beginning).offsets == Array(0..<250))
    #expect(try await follow(server, .end).offsets == [])
    #expect(try await follow(server, .last(10)).offsets == Array(240..<250))
    #expect(try await follow(server, .last(1_000)).offsets == Array(0..<250))
    #expect(try await follow(server, .last(0)).offsets == [])
    #expect(try await follow(server, .offset(245)).offsets == Array(245..<250))
    #expect(try await follow(server, .time(24_001)).offsets == Array(241..<250))
    #expect(try await follow(server, .time(0)).offsets == Array(0..<250))
    #expect(try await follow(server, .time(1_000_000)).offsets == [])
    #expect(try await follow(server, .beginning, count: 3, toEnd: false).offsets == [0, 1, 2])
    let json = try await follow(server, .offset(249), json: true).all.withLock { $0 }
    #expect(
      json == [
        #"{"offset":249,"time":24900,"room":"lobby","event":{"type":"reply.chunk","#
          + #""by":"companion","reply":0,"text":"}\"]{\\"}}"#
      ])
    try await server.stop()
  }

  @Test func `what comes later is printed as it comes`() async throws {
    let server = try await TestServer(seed: 61)
    let lines = Lines()
    var options = FollowOptions(server: server.address, room: .lobby)
    options.origin = .offset(0)
    options.count = 5
    let address = options
    async let followed: Void = Follow.run(address) { line in
      _ = lines.add(line)
      server.loop.execute {}
      return true
    }
    for _ in 0..<5 {
      try await server.act { core in
        core.model.interrupt()
        core.model.commit()
        core.carry()
      }
    }
    try await followed
    #expect(lines.offsets == [0, 1, 2, 3, 4])
    try await server.stop()
  }

  @Test func `an empty room has no end to wait for`() async throws {
    let server = try await TestServer(seed: 62)
    #expect(try await follow(server, .last(10)).offsets == [])
    #expect(try await follow(server, .time(5)).offsets == [])
    #expect(try await follow(server, .beginning).offsets == [])
    try await server.stop()
  }

  @Test func `a line says offset, time, who and what`() {
    var options = FollowOptions(server: ServerAddress(host: "h", port: 1), room: .lobby)
    let by = ParticipantID(person: 0)
    func line(_ event: Event) -> String {
      let bytes = event.canonicalJSON.withUnsafeBytes {
        FollowLine.bytes(41, 1_767_323_045_678, $0, options)
      }
      return String(decoding: bytes, as: UTF8.self)
    }
    let author = Author(by: by, session: SessionID(bits: 0), seq: 1)
    let edit = Event.draftEdited(
      author, draft: 1, Edit(at: 3, del: 2, ins: "a\u{1b}\n\u{202e}", kind: .type))
    let head = "41 2026-01-02T03:04:05.678Z p222222222222 "
    #expect(line(edit) == head + "deletes 2 types \"a\u{1b}\\n\u{202e}\" at 3")
    options.isTerminal = true
    #expect(line(edit) == head + "deletes 2 types \"a\\u{1b}\\n\\u{202e}\" at 3")
    #expect(line(.messageSent(author, draft: 1, text: "hi")) == head + "sends \"hi\"")
    options.json = true
    #expect(line(edit).contains(#""ins":"a\u001b\n\u202e""#))
  }
}
