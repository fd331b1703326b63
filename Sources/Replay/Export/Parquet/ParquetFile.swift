/// Writes one flat table as a Parquet file, row group by row group, into whatever takes bytes.
///
///     PAR1
///     row group 0:  column 0 │ column 1 │ … │ column n
///     row group 1:  …                          up to 131,072 rows each, or 8 MiB of long texts
///     footer        schema, where every column of every row group lies, least and largest values
///     its length    4 bytes, little-endian
///     PAR1
///
///     a text column     page header, dictionary page: each text once, behind its length
///                       page header, data page: bits a number, numbers in runs and packed bits
///     an integer column page header, data page: [levels where values may be missing], differences
///
/// Headers and footer are Thrift structs in its compact protocol. Pages are of version 1, which
/// every reader knows. Nothing is compressed: dictionaries and differences leave little to gain,
/// and a reader needs no codec. Text is UTF-8, times are milliseconds in UTC.
final class ParquetFile {
  /// Rows of a row group, at most.
  static let groupRows = 1 << 17
  /// Bytes of texts without a dictionary in a row group, about; 8 MiB.
  static let groupTextBytes = 8 << 20
  private static let magic: StaticString = "PAR1"
  private static let formatVersion = 2

  private struct Group {
    var rows: Int
    var start: Int64
    var bytes: Int64
  }

  private let columns: [any ParquetColumn]
  private let take: (UnsafeRawBufferPointer) -> Void
  private let pages = ByteQueue(capacity: 1 << 20)
  /// The footer's row groups, each as Thrift; about 1 KiB for 131,072 rows.
  private let groups = ByteQueue(capacity: 1 << 12)
  private var groupCount = 0
  private var rows: Int64 = 0
  private var position: Int64 = 0

  /// - Parameter take: gets the file's bytes in order.
  init(_ columns: [any ParquetColumn], take: @escaping (UnsafeRawBufferPointer) -> Void) {
    self.columns = columns
    self.take = take
    pages.append(Self.magic)
    emit()
  }

  private func emit() {
    take(pages.bytes)
    position += Int64(pages.count)
    pages.removeAll()
  }

  /// Writes what the columns took: so many rows.
  func endGroup(rows count: Int) {
    guard count > 0 else { return }
    let start = position
    var chunks: [(ParquetChunk, Int64)] = []
    for column in columns {
      let at = position
      let chunk = column.write(to: pages)
      precondition(chunk.values == count, "columns have the same number of values")
      emit()
      chunks.append((chunk, at))
    }
    write(Group(rows: count, start: start, bytes: position - start), chunks)
    rows += Int64(count)
    groupCount += 1
  }

  private func write(_ group: Group, _ chunks: [(ParquetChunk, Int64)]) {
    var thrift = ThriftWriter(groups)
    thrift.element { fields in
      fields.list(1, .structure, count: columns.count)
      for (column, (chunk, start)) in zip(columns, chunks) {
        fields.element { element in
          element.int64(2, 0)  // no other copy of the metadata
          element.structure(3) { Self.describe(column.field, chunk, at: start, to: &$0) }
        }
      }
      fields.int64(2, group.bytes)
      fields.int64(3, Int64(group.rows))
      fields.int64(5, group.start)
      fields.int64(6, group.bytes)
      if let ordinal = Int16(exactly: groupCount) { fields.int16(7, ordinal) }
    }
  }

  private static func describe(
    _ field: ParquetField, _ chunk: ParquetChunk, at start: Int64, to fields: inout ThriftWriter
  ) {
    fields.int32(1, type(of: field))
    fields.list(2, .int32, count: chunk.encodings.count)
    for encoding in chunk.encodings { fields.element(encoding) }
    fields.list(3, .binary, count: 1)
    fields.element(Array(field.name.utf8))
    fields.int32(4, 0)  // no codec
    fields.int64(5, Int64(chunk.values))
    fields.int64(6, Int64(chunk.bytes))
    fields.int64(7, Int64(chunk.bytes))
    fields.int64(9, start + Int64(chunk.dataAt))
    if let dictionaryAt = chunk.dictionaryAt { fields.int64(11, start + Int64(dictionaryAt)) }
    fields.structure(12) { statistics in
      statistics.int64(3, Int64(chunk.nulls))
      guard let least = chunk.least, let largest = chunk.largest else { return }
      statistics.binary(5, withUnsafeBytes(of: largest.littleEndian) { [UInt8]($0) })
      statistics.binary(6, withUnsafeBytes(of: least.littleEndian) { [UInt8]($0) })
    }
  }

  /// Ends the file.
  ///
  /// - Parameter notes: names and values in the footer, for whoever reads the file alone.
  func finish(createdBy: String, notes: [(name: String, value: String)]) {
    var thrift = ThriftWriter(pages)
    thrift.element { footer in
      footer.int32(1, Self.formatVersion)
      footer.list(2, .structure, count: columns.count + 1)
      footer.element { root in
        root.string(4, "keystrokes")
        root.int32(5, columns.count)
      }
      for column in columns { footer.element { Self.schema(of: column.field, to: &$0) } }
      footer.int64(3, rows)
      footer.list(4, .structure, count: groupCount)
      footer.bytes.append(groups.bytes)
      footer.list(5, .structure, count: notes.count)
      for note in notes {
        footer.element { pair in
          pair.string(1, note.name)
          pair.string(2, note.value)
        }
      }
      footer.string(6, createdBy)
      // The order of least and largest values is that of the type.
      footer.list(7, .structure, count: columns.count)
      for _ in columns { footer.element { $0.structure(1) { _ in } } }
    }
    let length = UInt32(pages.count)
    pages.littleEndian(length)
    pages.append(Self.magic)
    emit()
  }

  private static func type(of field: ParquetField) -> Int {
    switch field.kind {
    case .integer, .timestamp: 2  // INT64
    case .text: 6  // BYTE_ARRAY
    }
  }

  private static func schema(of field: ParquetField, to element: inout ThriftWriter) {
    element.int32(1, type(of: field))
    element.int32(3, field.isOptional ? 1 : 0)
    element.string(4, field.name)
    switch field.kind {
    case .integer: break
    case .timestamp:
      element.int32(6, 9)  // TIMESTAMP_MILLIS, for readers older than logical types
      element.structure(10) { logical in
        logical.structure(8) { timestamp in
          timestamp.bool(1, true)  // in UTC
          timestamp.structure(2) { unit in unit.structure(1) { _ in } }  // milliseconds
        }
      }
    case .text:
      element.int32(6, 0)  // UTF8
      element.structure(10) { logical in logical.structure(1) { _ in } }  // a string
    }
  }
}
