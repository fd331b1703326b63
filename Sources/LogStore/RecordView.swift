internal import Glibc

/// A record as a reader sees it.
///
/// Its pointers are valid only inside the closure that got it.
package struct RecordView {
  package let offset: Int64
  /// Milliseconds since 1970, never less than the record before.
  package let timestamp: Int64
  package let key: UnsafeRawBufferPointer?
  package let value: UnsafeRawBufferPointer
  /// The headers as they lie in the batch: checked by whoever made this view.
  let headers: UnsafeRawBufferPointer
  let headerCount: Int

  /// The value of the first header of this name; `nil` if there is none, or if its value is null.
  package func header(_ name: StaticString) -> UnsafeRawBufferPointer? {
    guard headerCount > 0 else { return nil }
    var cursor = ByteCursor(headers)
    for _ in 0..<headerCount {
      guard let found = cursor.sizedBytes(), let value = cursor.nullableBytes() else { return nil }
      guard found.count == name.utf8CodeUnitCount else { continue }
      guard let start = found.baseAddress else { return value.bytes }
      if memcmp(start, name.utf8Start, found.count) == 0 { return value.bytes }
    }
    return nil
  }

  /// A copy that outlives the closure.
  package var record: Record {
    var copies: [RecordHeader] = []
    var cursor = ByteCursor(headers)
    for _ in 0..<headerCount {
      guard let name = cursor.sizedBytes(), let value = cursor.nullableBytes() else { break }
      copies.append(RecordHeader(name: [UInt8](name), value: value.bytes.map { [UInt8]($0) } ?? []))
    }
    return Record(key: key.map { [UInt8]($0) }, value: [UInt8](value), headers: copies)
  }
}

/// What a scan does after a record.
package enum ScanStep {
  case advance
  /// The record just seen is consumed, then the scan ends.
  case stop
}
