/// A general JSON parser over bytes (RFC 8259), bounded in depth, strict in Unicode: invalid UTF-8,
/// lone surrogates and duplicate keys are errors, since none of them can stand in the log.
///
/// Other programs' JSON may have all three: read leniently, what is no Unicode becomes U+FFFD, and
/// of two members with the same key the later one counts.
package struct JSONParser {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  private let depthLimit: Int
  private let isLenient: Bool

  /// Parses one value that fills `bytes`; white space around it is allowed.
  package static func parse(
    _ bytes: UnsafeRawBufferPointer, depth: Int = Limits.depth, leniently: Bool = false
  ) throws(JSONError) -> JSONValue {
    var parser = JSONParser(bytes: bytes, depthLimit: depth, isLenient: leniently)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.position == bytes.count else {
      throw .unexpected(position: parser.position)
    }
    return value
  }

  private init(bytes: UnsafeRawBufferPointer, depthLimit: Int, isLenient: Bool) {
    self.bytes = bytes
    self.depthLimit = depthLimit
    self.isLenient = isLenient
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private mutating func peek() throws(JSONError) -> UInt8 {
    guard position < bytes.count else { throw .unfinished }
    return bytes[position]
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    skipSpace()
    switch try peek() {
    case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
    case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError)
    -> JSONValue
  {
    for offset in 0..<word.utf8CodeUnitCount {
      guard try peek() == word.utf8Start[offset] else { throw .unexpected(position: position) }
      position += 1
    }
    return value
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
    guard depth <= depthLimit else { throw .tooDeep(position: position) }
    position += 1
    var object = JSONObject()
    skipSpace()
    if try peek() == UInt8(ascii: "}") {
      position += 1
      return object
    }
    while true {
      skipSpace()
      guard try peek() == UInt8(ascii: "\"") else { throw .unexpected(position: position) }
      let key = try string()
      guard isLenient || object[key] == nil else { throw .duplicateKey(key) }
      skipSpace()
      guard try peek() == UInt8(ascii: ":") else { throw .unexpected(position: position) }
      position += 1
      object.members.append((key, try value(depth: depth)))
      if try endsList(UInt8(ascii: "}")) { return object }
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
    guard depth <= depthLimit else { throw .tooDeep(position: position) }
    position += 1
    var array: [JSONValue] = []
    skipSpace()
    if try peek() == UInt8(ascii: "]") {
      position += 1
      return array
    }
    while true {
      array.append(try value(depth: depth))
      if try endsList(UInt8(ascii: "]")) { return array }
    }
  }

  /// Consumes `,` (false) or `end` (true).
  private mutating func endsList(_ end: UInt8) throws(JSONError) -> Bool {
    skipSpace()
    let byte = try peek()
    guard byte == end || byte == UInt8(ascii: ",") else { throw .unexpected(position: position) }
    position += 1
    return byte == end
  }

  /// RFC 8259 §6; what is not an integer 0…2^53−1 without sign, point or exponent is `.number`.
  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    var plain = true
    if try peek() == UInt8(ascii: "-") {
      plain = false
      position += 1
    }
    let whole = position
    let value = digits()
    guard position > whole, position == whole + 1 || bytes[whole] != UInt8(ascii: "0") else {
      throw position < bytes.count || position > whole
        ? .unexpected(position: start) : .unfinished
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      plain = false
      position += 1
      let fraction = position
      _ = digits()
      guard position > fraction else { throw .unexpected(position: position) }
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      plain = false
      position += 1
      if position < bytes.count,
        bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-")
      {
        position += 1
      }
      let exponent = position
      _ = digits()
      guard position > exponent else { throw .unexpected(position: position) }
    }
    guard plain, let value else { return .number }
    return .integer(value)
  }

  /// Skips digits; their value, or nil when it is none or past 2^53−1.
  private mutating func digits() -> Int64? {
    var value: Int64? = 0
    let start = position
    while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 {
      if let known = value {
        let next = known * 10 + Int64(bytes[position] &- UInt8(ascii: "0"))
        value = next <= Limits.integer ? next : nil
      }
      position += 1
    }
    return position > start ? value : nil
  }
}

extension JSONParser {
  private mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    while try peek() != UInt8(ascii: "\"") {
      if bytes[position] == UInt8(ascii: "\\") { return try escapedString(from: start) }
      guard bytes[position] >= 0x20 else { throw .unexpected(position: position) }
      position += 1
    }
    let text = try validated(start, position)
    position += 1
    return text
  }

  private func validated(_ start: Int, _ end: Int) throws(JSONError) -> String {
    let slice = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    if let text = String(validating: slice, as: UTF8.self) { return text }
    guard isLenient else { throw .badUTF8(position: start) }
    return String(decoding: slice, as: UTF8.self)
  }

  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var text = try validated(start, position)
    while true {
      let byte = try peek()
      if byte == UInt8(ascii: "\"") {
        position += 1
        return text
      }
      if byte == UInt8(ascii: "\\") {
        text.unicodeScalars.append(try escape())
        continue
      }
      let run = position
      while try peek() != UInt8(ascii: "\""), bytes[position] != UInt8(ascii: "\\") {
        guard bytes[position] >= 0x20 else { throw .unexpected(position: position) }
        position += 1
      }
      text += try validated(run, position)
    }
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    let start = position
    position += 1
    let letter = try peek()
    position += 1
    switch letter {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw .unexpected(position: start)
    }
    let unit = try hexUnit()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    let behind = position
    if unit < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    {
      position += 2
      let low = try hexUnit()
      if (0xDC00...0xDFFF).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + UInt32(low) - 0xDC00)
      {
        return scalar
      }
    }
    guard isLenient else { throw .loneSurrogate(position: start) }
    // The escape behind it stands for itself.
    position = behind
    return "\u{FFFD}"
  }

  private mutating func hexUnit() throws(JSONError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      let byte = try peek()
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw .unexpected(position: position)
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }
}
