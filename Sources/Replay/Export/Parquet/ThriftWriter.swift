/// Thrift's compact protocol, as far as Parquet's headers need it.
///
///     field      (id − last id) << 4 | type
///     integer    zigzag varint
///     binary     varint length, bytes
///     list       count << 4 | element type; from 15 on 0xF0 | element type, varint count
///     struct     its fields, then 0
///     boolean    in the field's type: 1 true, 2 false
struct ThriftWriter {
  enum Kind: UInt8 {
    case int16 = 4
    case int32 = 5
    case int64 = 6
    case binary = 8
    case list = 9
    case structure = 12
  }

  let bytes: ByteQueue
  private var last: [Int16] = [0]

  init(_ bytes: ByteQueue) { self.bytes = bytes }

  private mutating func field(_ id: Int16, _ kind: UInt8) {
    let step = id - last[last.count - 1]
    precondition((1...15).contains(step), "fields are written in rising order")
    bytes.append(UInt8(step) << 4 | kind)
    last[last.count - 1] = id
  }

  mutating func int16(_ id: Int16, _ value: Int16) {
    field(id, Kind.int16.rawValue)
    bytes.zigzag(Int64(value))
  }

  mutating func int32(_ id: Int16, _ value: Int) {
    field(id, Kind.int32.rawValue)
    bytes.zigzag(Int64(value))
  }

  mutating func int64(_ id: Int16, _ value: Int64) {
    field(id, Kind.int64.rawValue)
    bytes.zigzag(value)
  }

  mutating func bool(_ id: Int16, _ value: Bool) { field(id, value ? 1 : 2) }

  mutating func binary(_ id: Int16, _ value: [UInt8]) {
    field(id, Kind.binary.rawValue)
    element(value)
  }

  mutating func string(_ id: Int16, _ value: String) { binary(id, Array(value.utf8)) }

  /// A struct as a field: what `body` writes, and its end.
  mutating func structure(_ id: Int16, _ body: (inout ThriftWriter) -> Void) {
    field(id, Kind.structure.rawValue)
    element(body)
  }

  /// A list as a field; its elements are written by the `element` calls that follow.
  mutating func list(_ id: Int16, _ kind: Kind, count: Int) {
    field(id, Kind.list.rawValue)
    if count < 15 {
      bytes.append(UInt8(count) << 4 | kind.rawValue)
    } else {
      bytes.append(0xF0 | kind.rawValue)
      bytes.varint(UInt64(count))
    }
  }

  mutating func element(_ body: (inout ThriftWriter) -> Void) {
    last.append(0)
    body(&self)
    bytes.append(0)
    last.removeLast()
  }

  mutating func element(_ value: [UInt8]) {
    bytes.varint(UInt64(value.count))
    bytes.append(value)
  }

  mutating func element(_ value: Int) { bytes.zigzag(Int64(value)) }
}
