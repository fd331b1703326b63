internal import Gateway
internal import Kafka
internal import LogStore
internal import Logging
internal import Replay

extension Server {
  /// Opens the port for Kafka's clients, if one was asked for.
  static func kafka(_ options: ServeOptions, _ log: Log, _ logger: Logger) throws
    -> KafkaServer?
  {
    guard let address = options.kafka else { return nil }
    var edge = KafkaOptions(
      host: address.host, port: address.port, groupsPath: "\(options.data)/kafka-groups")
    edge.report = { logger.notice("\($0)") }
    if !address.isLoopback {
      logger.warning(
        "--kafka \(address): whoever reaches it reads everything, hidden words and rooms too")
    }
    do {
      let server = try KafkaServer.start(log: log, options: edge)
      logger.notice("listening for Kafka's clients", metadata: ["port": "\(server.localPort)"])
      return server
    } catch let error as OpenError {
      throw error
    } catch {
      throw Complaint(.refused, "--kafka \(address): \(error): choose another address")
    }
  }

  /// What `/metrics` says of them.
  static func metrics(of kafka: KafkaServer?) -> [Metric] {
    guard let counts = kafka?.counts else { return [] }
    let now = counts.now
    func metric(_ name: String, _ kind: Metric.Kind, _ help: String, _ value: Int) -> Metric {
      Metric("kafka_\(name)", kind, help, Int64(value))
    }
    return [
      metric(
        "connections_open", .gauge, "Kafka clients' connections open now.", counts.connections),
      metric(
        "requests_total", .counter, "Requests of Kafka clients since the start.", counts.requests),
      metric("faults_total", .counter, "Of them, those that nobody could read.", counts.faults),
      metric("refusals_total", .counter, "Connections closed, being too many.", counts.refusals),
      metric(
        "sent_bytes_total", .counter, "Bytes of batches handed to Kafka clients.", counts.bytes),
      metric("groups", .gauge, "Consumer groups, with members or a place.", now.groups),
      metric("group_members", .gauge, "Members of consumer groups.", now.members),
      metric("fetches_waiting", .gauge, "Fetches that wait for records.", now.fetches),
    ]
  }
}
