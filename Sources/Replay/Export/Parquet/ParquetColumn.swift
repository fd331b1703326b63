/// What a Parquet file says of a column, in its schema.
struct ParquetField {
  enum Kind {
    /// A signed integer of 64 bits.
    case integer
    /// The same, as milliseconds since 1970, UTC.
    case timestamp
    /// UTF-8.
    case text
  }

  let name: String
  let kind: Kind
  /// Whether values may be missing.
  let isOptional: Bool
}

/// One column of one row group, as it was written.
struct ParquetChunk {
  var encodings: [Int] = []
  var values = 0
  /// Bytes with page headers.
  var bytes = 0
  /// From the chunk's start; nil: no dictionary.
  var dictionaryAt: Int?
  var dataAt = 0
  var nulls = 0
  /// Of an integer column with any value.
  var least: Int64?
  var largest: Int64?
}

/// The numbers that stand for encodings in the format.
enum ParquetEncoding {
  static let plain = 0
  static let runs = 3
  static let delta = 5
  static let dictionary = 8
}

/// A column of a row group: takes values, then writes pages.
protocol ParquetColumn: AnyObject {
  var field: ParquetField { get }
  /// Writes what was taken as the pages of one chunk, and begins anew.
  func write(to bytes: ByteQueue) -> ParquetChunk
}

/// Headers of pages, each in front of its page.
enum ParquetPage {
  static func data(
    _ page: ByteQueue, values: Int, encoding: Int, to bytes: ByteQueue
  ) {
    var thrift = ThriftWriter(bytes)
    thrift.element { header in
      header.int32(1, 0)  // a data page, version 1
      header.int32(2, page.count)
      header.int32(3, page.count)  // not compressed
      header.structure(5) { data in
        data.int32(1, values)
        data.int32(2, encoding)
        data.int32(3, ParquetEncoding.runs)  // definition levels
        data.int32(4, ParquetEncoding.runs)  // repetition levels, of which there are none
      }
    }
    bytes.append(page.bytes)
  }

  static func dictionary(_ page: ByteQueue, values: Int, to bytes: ByteQueue) {
    var thrift = ThriftWriter(bytes)
    thrift.element { header in
      header.int32(1, 2)  // a dictionary page
      header.int32(2, page.count)
      header.int32(3, page.count)
      header.structure(7) { dictionary in
        dictionary.int32(1, values)
        dictionary.int32(2, ParquetEncoding.plain)
      }
    }
    bytes.append(page.bytes)
  }
}
