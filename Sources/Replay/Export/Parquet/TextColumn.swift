internal import Glibc

/// Texts of one row group, written as a dictionary and numbers into it; plainly, once the
/// dictionary has grown past its bound.
final class TextColumn: ParquetColumn {
  let field: ParquetField
  /// The most bytes of a dictionary, 1 MiB; a text is at most as long as a log's record.
  private static let dictionaryBytesMost = 1 << 20

  private let indices: UnsafeMutablePointer<UInt32>
  private let capacity: Int
  private var rows = 0
  private let dictionary = TextDictionary()
  /// Texts behind their lengths, once there is no dictionary any more; else empty.
  private let plain = ByteQueue()
  private var isPlain = false
  private var keys = NumberTable()
  private let page = ByteQueue(capacity: 1 << 16)

  /// - Parameter capacity: rows of a row group, at most.
  init(_ name: String, capacity: Int) {
    field = ParquetField(name: name, kind: .text, isOptional: false)
    indices = .allocate(capacity: capacity)
    self.capacity = capacity
  }

  deinit { indices.deallocate() }

  /// Bytes that wait without a dictionary: what bounds a row group of long texts.
  var plainBytes: Int { plain.count }

  @inline(__always)
  func append(_ text: UnsafeRawBufferPointer) {
    precondition(rows < capacity, "a row group has a bound")
    if isPlain {
      appendPlain(text)
    } else {
      indices[rows] = dictionary.index(of: text)
      rows += 1
      if dictionary.entries.count > Self.dictionaryBytesMost { giveUpDictionary() }
    }
  }

  /// A text that has a number of its own: `text` is asked for once a row group.
  @inline(__always)
  func append(key: UInt64, _ text: () -> [UInt8]) {
    precondition(rows < capacity && !isPlain, "a row group has a bound, and so have its keys")
    if let known = keys[key] {
      indices[rows] = UInt32(truncatingIfNeeded: known)
    } else {
      let index = text().withUnsafeBytes { dictionary.index(of: $0) }
      keys[key] = UInt64(index)
      indices[rows] = index
    }
    rows += 1
  }

  private func appendPlain(_ text: UnsafeRawBufferPointer) {
    plain.littleEndian(UInt32(text.count))
    plain.append(text)
    rows += 1
  }

  private func giveUpDictionary() {
    isPlain = true
    let count = rows
    rows = 0
    for row in 0..<count { appendPlain(dictionary.text(at: indices[row])) }
  }

  func write(to bytes: ByteQueue) -> ParquetChunk {
    var chunk = ParquetChunk(values: rows)
    let start = bytes.count
    if isPlain {
      chunk.encodings = [ParquetEncoding.plain, ParquetEncoding.runs]
      ParquetPage.data(plain, values: rows, encoding: ParquetEncoding.plain, to: bytes)
    } else {
      chunk.encodings = [
        ParquetEncoding.plain, ParquetEncoding.runs, ParquetEncoding.dictionary,
      ]
      chunk.dictionaryAt = 0
      ParquetPage.dictionary(dictionary.entries, values: dictionary.count, to: bytes)
      chunk.dataAt = bytes.count - start
      let width = HybridPacking.width(ofLargest: UInt32(max(0, dictionary.count - 1)))
      page.removeAll()
      page.append(UInt8(width))
      HybridPacking.write(
        UnsafeBufferPointer(start: indices, count: rows), width: width, to: page)
      ParquetPage.data(page, values: rows, encoding: ParquetEncoding.dictionary, to: bytes)
    }
    chunk.bytes = bytes.count - start
    rows = 0
    isPlain = false
    dictionary.removeAll()
    plain.removeAll()
    keys.removeAll()
    return chunk
  }
}

/// Texts by number, each once, in the form of a dictionary page: length (4 bytes), bytes.
final class TextDictionary {
  let entries = ByteQueue(capacity: 1 << 12)
  private var starts: [Int] = []
  /// Number + 1 by hash; 0: free.
  private var slots = [UInt32](repeating: 0, count: 256)
  /// Number + 1 of the texts of one byte.
  private var single = [UInt32](repeating: 0, count: 256)

  var count: Int { starts.count }

  func text(at index: UInt32) -> UnsafeRawBufferPointer {
    let start = starts[Int(index)]
    let count = entries.bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self).littleEndian
    let from = start + MemoryLayout<UInt32>.size
    return UnsafeRawBufferPointer(rebasing: entries.bytes[from..<from + Int(count)])
  }

  @inline(__always)
  func index(of text: UnsafeRawBufferPointer) -> UInt32 {
    guard text.count == 1 else { return find(text) }
    let known = single[Int(text[0])]
    if known > 0 { return known - 1 }
    let index = add(text)
    single[Int(text[0])] = index + 1
    return index
  }

  private func find(_ text: UnsafeRawBufferPointer) -> UInt32 {
    var slot = Self.hash(text) & (slots.count - 1)
    while slots[slot] > 0 {
      if equal(self.text(at: slots[slot] - 1), text) { return slots[slot] - 1 }
      slot = (slot + 1) & (slots.count - 1)
    }
    let index = add(text)
    slots[slot] = index + 1
    if starts.count * 2 > slots.count { rehash() }
    return index
  }

  private func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count else { return false }
    guard let a = left.baseAddress, let b = right.baseAddress, !left.isEmpty else { return true }
    return memcmp(a, b, left.count) == 0
  }

  private func add(_ text: UnsafeRawBufferPointer) -> UInt32 {
    starts.append(entries.count)
    entries.littleEndian(UInt32(text.count))
    entries.append(text)
    return UInt32(starts.count - 1)
  }

  private func rehash() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for index in starts.indices {
      let text = self.text(at: UInt32(index))
      guard text.count != 1 else { continue }
      var slot = Self.hash(text) & (slots.count - 1)
      while slots[slot] > 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(index) + 1
    }
  }

  func removeAll() {
    entries.removeAll()
    starts.removeAll(keepingCapacity: true)
    slots = [UInt32](repeating: 0, count: 256)
    single = [UInt32](repeating: 0, count: 256)
  }

  /// FNV-1a, folded: who picks texts that collide makes an export slow, not wrong.
  private static func hash(_ text: UnsafeRawBufferPointer) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: (hash ^ hash >> 29) & 0x7FFF_FFFF)
  }
}
