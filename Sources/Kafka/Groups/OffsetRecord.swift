import LogStore
import NIOCore

/// A group's place as a record of its own log, in the format of Kafka's `__consumer_offsets`.
///
///     key    INT16 1 | STRING group | STRING topic | INT32 partition
///     value  INT16 3 | INT64 offset | INT32 leader epoch, -1 | STRING metadata | INT64 time, ms
///
/// No bytes as the value say that the place was forgotten.
/// Source: `OffsetCommitKey.json` and `OffsetCommitValue.json` of Apache Kafka.
struct OffsetRecord: Equatable {
  private static let keyVersion: Int16 = 1
  private static let valueVersion: Int16 = 3

  let group: String
  /// Nil: forgotten.
  let place: CommittedOffset?

  init(group: String, place: CommittedOffset?) {
    self.group = group
    self.place = place
  }

  var record: Record {
    var key = ByteBufferAllocator().buffer(capacity: 64)
    key.writeInteger(Self.keyVersion)
    key.writeText(group)
    key.writeText(LogTopic.name)
    key.writeInteger(LogTopic.partition)
    var value = ByteBufferAllocator().buffer(capacity: 64)
    if let place {
      value.writeInteger(Self.valueVersion)
      value.writeInteger(place.offset)
      value.writeInteger(Int32(-1))
      value.writeText(place.metadata)
      value.writeInteger(place.time)
    }
    return Record(key: [UInt8](key.readableBytesView), value: [UInt8](value.readableBytesView))
  }

  /// Nil for a record of another kind or of another topic.
  init?(_ view: RecordView) {
    guard let key = view.key, let group = try? Self.group(key) else { return nil }
    if view.value.isEmpty {
      self.init(group: group, place: nil)
    } else {
      guard let place = try? Self.place(view.value) else { return nil }
      self.init(group: group, place: place)
    }
  }

  private static func group(_ bytes: UnsafeRawBufferPointer) throws(WireFault) -> String {
    var reader = WireReader([UInt8](bytes))
    guard try reader.integer(Int16.self) == keyVersion else { throw WireFault("another key") }
    let group = try reader.string()
    let topic = try reader.string()
    guard LogTopic.check(topic, try reader.integer()) == .none else {
      throw WireFault("another topic")
    }
    return group
  }

  private static func place(_ bytes: UnsafeRawBufferPointer) throws(WireFault) -> CommittedOffset {
    var reader = WireReader([UInt8](bytes))
    guard try reader.integer(Int16.self) == valueVersion else { throw WireFault("another value") }
    let offset = try reader.integer(Int64.self)
    _ = try reader.integer(Int32.self)
    let metadata = try reader.string()
    return CommittedOffset(offset: offset, metadata: metadata, time: try reader.integer())
  }
}
