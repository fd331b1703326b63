/// Which batches of a sealed segment hold records of a key: a `.rooms` file.
///
///     at  size  field, big-endian
///      0     4  "room"
///      4     4  format version, 1
///      8     8  base offset of the segment
///     16     8  bytes of its `.log`: another size is another file
///     24     4  number of batches
///     28     4  number of keys
///     32        batches in order, 8 each: base offset - the segment's · position of the batch
///               keys by their bytes: length of the key, 4 · bytes of the list, 4
///               · first offset - the segment's, 4 · last, 4 · key
///               · list of batches, by number: gaps to the one before as base-128 varints
///            4  CRC-32C of every byte before
///
/// A cache: whoever misses one, or finds one that is not exactly this, makes it anew. Records
/// without a key are in none.
struct RoomTable: Sendable, Equatable {
  /// Bytes of a file; a segment that would need more has none, and is read whole.
  static let bytesMax: Int64 = 16 << 20
  static let magic: UInt32 = 0x726F_6F6D
  static let version: UInt32 = 1
  static let headerBytes = 32
  static let batchBytes = 8
  static let keyBytes = 16
  static let checksumBytes = 4

  let bytes: [UInt8]

  /// The file's bytes, if they are the table of a segment file of this base and size.
  init?(_ bytes: [UInt8], base: Int64, logBytes: Int64) {
    self.bytes = bytes
    guard bytes.count >= Self.headerBytes + Self.checksumBytes, word(0) == Self.magic,
      word(4) == Self.version, long(8) == base, long(16) == logBytes
    else { return nil }
    let body = bytes.count - Self.checksumBytes
    let computed = bytes.withUnsafeBytes { crc32c(UnsafeRawBufferPointer(rebasing: $0[..<body])) }
    guard word(body) == computed, keysStart <= body else { return nil }
  }

  private var base: Int64 { long(8) }
  private var batchCount: Int { Int(word(24)) }
  private var keyCount: Int { Int(word(28)) }
  private var keysStart: Int { Self.headerBytes + batchCount * Self.batchBytes }

  private func word(_ at: Int) -> UInt32 {
    bytes[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  private func long(_ at: Int) -> Int64 {
    Int64(bitPattern: UInt64(word(at)) << 32 | UInt64(word(at + 4)))
  }

  /// The batches that hold records of a key, in order; empty if there are none.
  ///
  /// What does not add up although the checksum does ends the list.
  func batches(of key: [UInt8]) -> [Place] {
    let end = bytes.count - Self.checksumBytes
    var at = keysStart
    for _ in 0..<keyCount {
      guard at + Self.keyBytes <= end else { return [] }
      let listAt = at + Self.keyBytes + Int(word(at))
      let next = listAt + Int(word(at + 4))
      guard next <= end, listAt <= next else { return [] }
      if bytes[at + Self.keyBytes..<listAt].elementsEqual(key) { return list(listAt..<next) }
      at = next
    }
    return []
  }

  private func list(_ range: Range<Int>) -> [Place] {
    var places: [Place] = []
    var (number, gap, shift) = (-1, 0, 0)
    for byte in bytes[range] {
      gap |= Int(byte & 0x7F) << shift
      shift += 7
      guard byte < 0x80 else { continue }
      number += gap
      (gap, shift) = (0, 0)
      guard 0..<batchCount ~= number else { break }
      let at = Self.headerBytes + number * Self.batchBytes
      places.append(Place(base: base + Int64(word(at)), position: Int64(word(at + 4))))
    }
    return places
  }

  /// Where a batch begins, and its base offset.
  struct Place: Sendable, Equatable {
    let base: Int64
    let position: Int64
  }
}
