internal import ArgumentParser
internal import Gateway

extension ServeOptions {
  /// Where Kafka's clients come in: a port on the loopback, or what is named.
  mutating func readKafka(_ command: ServeCommand, _ settings: Settings) throws {
    guard let text = settings.value("kafka", flag: command.kafka), text != "off" else { return }
    if let port = UInt16(text) {
      kafka = ListenAddress(host: "127.0.0.1", port: Int(port))
    } else if let address = ListenAddress(text) {
      kafka = address
    } else {
      throw ValidationError("--kafka \(text): expected HOST:PORT, or a PORT of the loopback")
    }
  }
}
