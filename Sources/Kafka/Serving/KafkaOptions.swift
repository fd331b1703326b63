/// How the listener is opened.
package struct KafkaOptions: Sendable {
  package var host: String
  /// 0: any free one.
  package var port: Int
  /// Where groups' places are kept: a data directory of a log of its own.
  package var groupsPath: String
  package var groups = GroupOptions()
  /// Connections at a time; more are closed at once.
  package var connections = 128
  /// Bytes of one request.
  package var requestBytesMost = 2 << 20
  /// Bytes of batches in one answer, the first batch whatever its size.
  package var answerBytesMost = 1 << 20
  /// Milliseconds an answer is held back for more, at most.
  package var waitMillisecondsMost: Int32 = 30_000
  /// Seconds without a request after which a connection is closed, as Kafka does.
  package var idleSeconds: Int64 = 600
  /// Seconds for an answer to be taken.
  package var answerSeconds: Int64 = 60
  /// Threads that read segments.
  package var readers = 1
  /// Told in a line what an operator should know: who was turned away, and why.
  package var report: @Sendable (String) -> Void = { _ in }

  package init(host: String, port: Int, groupsPath: String) {
    self.host = host
    self.port = port
    self.groupsPath = groupsPath
  }
}
