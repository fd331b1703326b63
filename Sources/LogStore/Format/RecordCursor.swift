/// Walks the records of one batch, decompressed, checking each as it comes to it.
struct RecordCursor {
  let base: Int64
  let count: Int
  private let baseTimestamp: Int64
  private var cursor: ByteCursor
  /// How many records were taken.
  private(set) var index = 0

  /// Over the records of a batch with this header.
  @inline(__always)
  init(_ records: UnsafeRawBufferPointer, base: Int64, count: Int, baseTimestamp: Int64) {
    self.base = base
    self.count = count
    self.baseTimestamp = baseTimestamp
    cursor = ByteCursor(records)
  }

  /// The offset of the record `next` would return.
  var offset: Int64 { base + Int64(index) }
  var isAtEnd: Bool { index == count }

  /// The next record; `nil` behind the last one.
  @inline(__always)
  mutating func next() throws(BatchFault) -> RecordView? {
    guard index < count else {
      guard cursor.remaining == 0 else { throw .record(index) }
      return nil
    }
    guard let length = cursor.longerVarint(), let body = cursor.bytes(length),
      let view = parse(body)
    else { throw .record(index) }
    index += 1
    return view
  }

  /// Goes on to a later record without handing out those before it.
  @inline(__always)
  mutating func skip(to offset: Int64) throws(BatchFault) {
    while self.offset < offset, index < count {
      guard let length = cursor.varint(), cursor.bytes(length) != nil else { throw .record(index) }
      index += 1
    }
  }

  /// The next record as it is stored; `nil` behind the last one.
  mutating func nextStored() throws(BatchFault) -> StoredRecord? {
    guard index < count else {
      guard cursor.remaining == 0 else { throw .record(index) }
      return nil
    }
    guard let length = cursor.varint(), let body = cursor.bytes(length), let view = parse(body)
    else { throw .record(index) }
    var fields = ByteCursor(body)
    guard let attributes = fields.byte(), fields.varlong() != nil, fields.varint() != nil else {
      throw .record(index)
    }
    index += 1
    return StoredRecord(
      offset: view.offset, timestamp: view.timestamp, attributes: attributes, key: view.key,
      content: UnsafeRawBufferPointer(start: fields.position, count: fields.remaining))
  }

  @inline(__always)
  private func parse(_ body: UnsafeRawBufferPointer) -> RecordView? {
    var fields = ByteCursor(body)
    guard fields.byte() != nil, let timeDelta = fields.varlong(), fields.expectVarint(index),
      let key = fields.nullableBytes(), let value = fields.longerNullableBytes(),
      let headerCount = fields.varint(), headerCount >= 0
    else { return nil }
    let headers = UnsafeRawBufferPointer(start: fields.position, count: fields.remaining)
    for _ in 0..<headerCount {
      guard fields.sizedBytes() != nil, fields.nullableBytes() != nil else { return nil }
    }
    guard fields.remaining == 0 else { return nil }
    return RecordView(
      offset: offset, timestamp: baseTimestamp &+ timeDelta, key: key.bytes,
      value: value.bytes ?? UnsafeRawBufferPointer(start: nil, count: 0),
      headers: headers, headerCount: headerCount)
  }
}

/// A record's bytes but for what depends on the batch it is in: valid as long as the batch.
struct StoredRecord {
  let offset: Int64
  let timestamp: Int64
  let attributes: UInt8
  let key: UnsafeRawBufferPointer?
  /// From the length of the key to the last header, as stored.
  let content: UnsafeRawBufferPointer

  /// An upper bound of the bytes this takes in any batch, before compression.
  var bytesBound: Int { Self.framingBytesMax + content.count }

  /// Length, attributes, time and offset.
  private static let framingBytesMax = 5 + 1 + 10 + 5
}
