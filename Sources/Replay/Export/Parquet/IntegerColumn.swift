/// Integers of one row group, written as differences.
final class IntegerColumn: ParquetColumn {
  let field: ParquetField
  private let values: UnsafeMutablePointer<Int64>
  private var count = 0
  private var rows = 0
  /// For each row 1, or 0 where there is no value; empty as long as there is one everywhere.
  private var levels: [UInt32] = []
  private let page = ByteQueue(capacity: 1 << 16)
  private let capacity: Int

  /// - Parameter capacity: rows of a row group, at most.
  init(_ name: String, _ kind: ParquetField.Kind = .integer, optional: Bool = false, capacity: Int)
  {
    field = ParquetField(name: name, kind: kind, isOptional: optional)
    values = .allocate(capacity: capacity)
    self.capacity = capacity
  }

  deinit { values.deallocate() }

  @inline(__always)
  func append(_ value: Int64) {
    precondition(count < capacity, "a row group has a bound")
    values[count] = value
    count += 1
    rows += 1
    if !levels.isEmpty { levels.append(1) }
  }

  @inline(__always)
  func append(_ value: Int64?) {
    if let value { append(value) } else { appendNull() }
  }

  private func appendNull() {
    if levels.isEmpty {
      levels.reserveCapacity(capacity)
      levels.append(contentsOf: repeatElement(1, count: rows))
    }
    levels.append(0)
    rows += 1
  }

  func write(to bytes: ByteQueue) -> ParquetChunk {
    let present = UnsafeBufferPointer(start: values, count: count)
    var chunk = ParquetChunk(
      encodings: [ParquetEncoding.delta, ParquetEncoding.runs], values: rows, nulls: rows - count)
    chunk.least = present.min()
    chunk.largest = present.max()
    page.removeAll()
    if field.isOptional { writeLevels() }
    DeltaPacking.write(present, to: page)
    let start = bytes.count
    ParquetPage.data(page, values: rows, encoding: ParquetEncoding.delta, to: bytes)
    chunk.bytes = bytes.count - start
    (count, rows) = (0, 0)
    levels.removeAll(keepingCapacity: true)
    return chunk
  }

  /// Definition levels, behind their length.
  private func writeLevels() {
    let packed = ByteQueue()
    if levels.isEmpty {
      HybridPacking.writeRun(1, count: rows, width: 1, to: packed)
    } else {
      levels.withUnsafeBufferPointer { HybridPacking.write($0, width: 1, to: packed) }
    }
    page.littleEndian(UInt32(packed.count))
    page.append(packed.bytes)
  }
}
