/// The one topic and its one partition.
enum LogTopic {
  static let name = "chat"
  static let partition: Int32 = 0

  /// What is wrong with a partition somebody names; `.none` if nothing is.
  static func check(_ topic: String, _ index: Int32) -> ErrorCode {
    topic == name && index == partition ? .none : .unknownTopicOrPartition
  }

  /// Whether it could be a topic's name at all, as Kafka has it.
  static func isName(_ text: String) -> Bool {
    1...249 ~= text.utf8.count && text != "." && text != ".."
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
