/// Kafka's record batch, version 2: the unit of writing, checking and delivery.
///
///     at  size  field, big-endian           here
///      0     8  base offset                 previous last + 1, also across files
///      8     4  length of what follows      total - 12
///     12     4  partition leader epoch      0
///     16     1  magic                       2
///     17     4  CRC-32C of bytes 21...      of the bytes as stored, thus compressed
///     21     2  attributes                  codec only: 0 none, 3 LZ4
///     23     4  last offset delta           count - 1: no holes
///     27     8  base timestamp              ms since 1970, of the first record
///     35     8  max timestamp               ms since 1970
///     43     8  producer ID                 -1
///     51     2  producer epoch              -1
///     53     4  base sequence               -1
///     57     4  record count                1...4,096
///     61        records                     as they are, or one LZ4 frame of them
///
/// The CRC covers neither base offset, length nor leader epoch. A scan therefore checks the base
/// against what must follow and the epoch against 0; a wrong length shows in the CRC. A zero byte
/// where the length or the magic should be is never a batch.
enum RecordBatch {
  /// Bytes before the records.
  static let headerBytes = 61
  /// Bytes before those that the length counts.
  static let prefixBytes = 12
  /// Bytes before those that the CRC covers.
  static let checkedFrom = 21
  /// Bytes of records before compression.
  static let rawBytesMax = 1 << 20
  /// A batch on disk: never more than raw, because LZ4 is used only where it is smaller.
  static let totalBytesMax = headerBytes + rawBytesMax
  static let recordsMax = 4_096
  /// Bytes of one record with its framing.
  static let recordBytesMax = 65_536
  /// Below this many records a frame costs more than it saves.
  static let recordsWorthCompressing = 3
  static let magic: UInt8 = 2
  /// Milliseconds since 1970 that a batch may name, so that differences of times always fit.
  static let timestampMax: Int64 = (1 << 53) - 1

  enum Codec: Int16 {
    case none = 0
    case lz4 = 3
  }
}

/// Why bytes are not the batch that must stand there.
enum BatchFault: Error, Equatable, CustomStringConvertible {
  case cutShort
  case magic(UInt8)
  case length(Int64)
  case checksum(stored: UInt32, computed: UInt32)
  case baseOffset(expected: Int64, found: Int64)
  case leaderEpoch(Int32)
  case attributes(Int16)
  case recordCount(Int64)
  case timestamp(Int64)
  case frame(String)
  case record(Int)

  var description: String {
    switch self {
    case .cutShort: "the file ends inside a batch"
    case .magic(let found): "magic is \(found), not 2"
    case .length(let found): "a batch length of \(found) bytes"
    case .checksum(let stored, let computed):
      "checksum is \(hexadecimal(computed)), not \(hexadecimal(stored)) as stored"
    case .baseOffset(let expected, let found): "base offset is \(found), not \(expected)"
    case .leaderEpoch(let found): "leader epoch is \(found), not 0"
    case .attributes(let found): "attributes are \(found)"
    case .recordCount(let found): "a record count of \(found) for this batch"
    case .timestamp(let found): "a time of \(found) ms since 1970"
    case .frame(let why): "LZ4 frame: \(why)"
    case .record(let index): "record \(index) of the batch is malformed"
    }
  }
}

/// Eight lower-case digits.
func hexadecimal(_ value: UInt32) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 8 - digits.count) + digits
}
