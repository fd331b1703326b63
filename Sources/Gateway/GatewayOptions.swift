/// What an operator sets about the network's edge.
package struct GatewayOptions: Sendable {
  package var listen: ListenAddress
  /// Event loops; nil: one for each core.
  package var loops: Int?
  /// Threads that read segments for sockets and streams.
  package var readers = 2
  /// Threads that read for pages, transcripts and other requests.
  package var pageReaders = 1
  /// Origins, beside the server's own, whose pages may open sockets: `https://chat.example`.
  package var origins: Set<String> = []
  /// Proxies whose word on a client's address counts.
  package var behindProxy: [AddressRange] = []
  /// Connections open at a time; more are turned away.
  package var connections = 16_384
  /// What answers people: `"none"`, `"scripted"`, or a model's name.
  ///
  /// Shown by `/version`.
  package var modelStatus: @Sendable () -> String = { "none" }
  /// What `/metrics` says of what is beside the gateway.
  package var moreMetrics: @Sendable () -> [Metric] = { [] }
  /// Milliseconds for a connection's first request to be here whole.
  package var requestMilliseconds: Int64 = 10_000
  /// Milliseconds for the next one, on a connection that is kept.
  package var keepAliveMilliseconds: Int64 = 60_000
  /// Milliseconds for an answer to be taken.
  package var answerMilliseconds: Int64 = 60_000
  /// Milliseconds that connections get to end by themselves when the server stops.
  package var goodbyeMilliseconds: Int64 = 3_000

  /// For tests of the framing, and set by no flag: sockets get back what they say, text or binary,
  /// up to so many bytes a message, and enter no room.
  package var echoBytes: Int?

  package init(listen: ListenAddress) { self.listen = listen }
}
