/// What a writer hands in: bytes, with a key that groups them and headers beside them.
package struct Record: Sendable, Equatable {
  /// The room, in Verbatim; `nil` for what concerns all.
  package var key: [UInt8]?
  package var value: [UInt8]
  package var headers: [RecordHeader]

  package init(key: [UInt8]?, value: [UInt8], headers: [RecordHeader] = []) {
    self.key = key
    self.value = value
    self.headers = headers
  }
}

/// A named value stored beside a record's own; the log does not look into it.
package struct RecordHeader: Sendable, Equatable {
  /// UTF-8.
  package var name: [UInt8]
  package var value: [UInt8]

  package init(name: [UInt8], value: [UInt8]) {
    self.name = name
    self.value = value
  }
}
