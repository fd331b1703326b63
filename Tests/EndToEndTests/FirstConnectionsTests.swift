import NIOCore
import NIOPosix
import Testing

/// The very first moments of a server.
@Suite struct FirstConnectionsTests {
  private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
  /// A race of the runtime's that showed about once in 1,000 starts: more with VERBATIM_STARTS.
  private static let starts = Int(Given.number("VERBATIM_STARTS") ?? 20)

  @Test func `the first two connections may come at the same moment, after every start`() throws {
    let scratch = try Scratch()
    let server = try ServerProcess(data: scratch.data, ["--model-url", "none"])
    for _ in 0..<Self.starts {
      let both = try (0..<2).map { _ in
        try Watcher.Handle(server, on: Self.group.next()) { _ in true }
      }
      for watcher in both { try watcher.arrived.wait() }
      try server.killAndRestart()
    }
    #expect(server.terminate() == 0)
  }
}
