/// Why bytes are not the request they say they are.
struct WireFault: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Kafka's primitive types, read from a request: big-endian, lengths before what they count.
///
///     INT8 INT16 INT32 INT64   two's complement
///     BOOLEAN                  one byte
///     STRING, NULLABLE_STRING  INT16 length, -1 for null; UTF-8
///     BYTES, NULLABLE_BYTES    INT32 length, -1 for null
///     ARRAY                    INT32 count, -1 for null; elements
///
/// Nothing is allocated for a count before the bytes for it are there.
struct WireReader {
  /// Elements of one array: of one topic nobody has more to say, and each costs bytes of an answer.
  static let elementsMost = 10_000

  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func integer<Value: FixedWidthInteger>(_: Value.Type = Value.self)
    throws(WireFault) -> Value
  {
    let bytes = try take(MemoryLayout<Value>.size)
    return Value(truncatingIfNeeded: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  mutating func boolean() throws(WireFault) -> Bool { try integer(UInt8.self) != 0 }

  mutating func string() throws(WireFault) -> String {
    guard let text = try nullableString() else { throw WireFault("null where text must be") }
    return text
  }

  mutating func nullableString() throws(WireFault) -> String? {
    let length = Int(try integer(Int16.self))
    if length == -1 { return nil }
    guard let text = String(validating: try take(length), as: UTF8.self) else {
      throw WireFault("text that is no UTF-8")
    }
    return text
  }

  mutating func bytes() throws(WireFault) -> [UInt8] {
    guard let bytes = try nullableBytes() else { throw WireFault("null where bytes must be") }
    return Array(bytes)
  }

  mutating func nullableBytes() throws(WireFault) -> ArraySlice<UInt8>? {
    let length = Int(try integer(Int32.self))
    return length == -1 ? nil : try take(length)
  }

  private mutating func take(_ count: Int) throws(WireFault) -> ArraySlice<UInt8> {
    guard 0...rest.count ~= count else {
      throw WireFault("\(count) bytes where \(rest.count) are left")
    }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// An array; null is read as empty.
  mutating func array<Element>(
    _ element: (inout WireReader) throws(WireFault) -> Element
  ) throws(WireFault) -> [Element] {
    try nullableArray(element) ?? []
  }

  /// - Parameter element: reads at least one byte.
  mutating func nullableArray<Element>(
    _ element: (inout WireReader) throws(WireFault) -> Element
  ) throws(WireFault) -> [Element]? {
    let count = Int(try integer(Int32.self))
    if count == -1 { return nil }
    guard 0...rest.count ~= count else {
      throw WireFault("an array of \(count) where \(rest.count) bytes are left")
    }
    guard count <= Self.elementsMost else {
      throw WireFault("an array of \(count), of at most \(Self.elementsMost)")
    }
    var elements: [Element] = []
    for _ in 0..<count { elements.append(try element(&self)) }
    return elements
  }
}
