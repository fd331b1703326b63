internal import LogStore

/// Records with their edges more often than chance would have them, and their hash.
enum SimulatedRecord {
  static func make(_ random: inout Randomness) -> (Record, UInt64) {
    let roll = random.below(1_000)
    let count: Int
    switch roll {
    case 0: count = random.within(20_000...60_000)
    case 1..<12: count = random.within(500...4_000)
    case 12..<40: count = 0
    default: count = random.within(1...120)
    }
    let key: [UInt8]? = random.once(in: 16) ? nil : [0x72, UInt8(0x30 + random.below(6))]
    let header = random.once(in: 4) ? bytes(random.within(1...9), &random) : nil
    let value = bytes(count, &random)
    let record = Record(
      key: key, value: value,
      headers: header.map { [RecordHeader(name: [UInt8(ascii: "t")], value: $0)] } ?? [])
    return (record, hash(key, value, header))
  }

  private static func bytes(_ count: Int, _ random: inout Randomness) -> [UInt8] {
    let isRepetitive = random.once(in: 2)
    var word = random.next()
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      for index in 0..<count {
        if index % 8 == 0, !isRepetitive { word = random.next() }
        buffer[index] = UInt8(truncatingIfNeeded: word >> UInt64(index % 8 * 8))
      }
      filled = count
    }
  }

  private static func hash(_ key: [UInt8]?, _ value: [UInt8], _ header: [UInt8]?) -> UInt64 {
    var hash: UInt64 = key == nil ? 1 : 2
    key?.withUnsafeBytes { hash = Trace.digest($0, hash) }
    value.withUnsafeBytes { hash = Trace.digest($0, hash) }
    header?.withUnsafeBytes { hash = Trace.digest($0, hash) }
    return hash
  }

  /// The same hash of a record that was read.
  static func hash(_ view: RecordView) -> UInt64 {
    var hash: UInt64 = view.key == nil ? 1 : 2
    if let key = view.key { hash = Trace.digest(key, hash) }
    hash = Trace.digest(view.value, hash)
    if let header = view.header("t") { hash = Trace.digest(header, hash) }
    return hash
  }
}
