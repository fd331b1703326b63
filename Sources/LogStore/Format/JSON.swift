/// As much JSON as the log's own small files need: integers, strings without escapes, booleans.
enum JSON: Equatable {
  case integer(Int64)
  case string(String)
  case boolean(Bool)
  case array([JSON])
  case object([String: JSON])

  /// Levels of nesting; our own files have three.
  private static let depthMax = 8

  /// The one value that `bytes` must be; `nil` if they are anything else.
  static func parse(_ bytes: [UInt8]) -> JSON? {
    var rest = bytes[...]
    guard let value = value(&rest, depth: 0) else { return nil }
    skipSpace(&rest)
    return rest.isEmpty ? value : nil
  }

  subscript(_ name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }

  var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  var string: String? { if case .string(let value) = self { value } else { nil } }
  var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
  var array: [JSON]? { if case .array(let value) = self { value } else { nil } }

  private static func skipSpace(_ rest: inout ArraySlice<UInt8>) {
    rest = rest.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
  }

  private static func take(_ literal: StaticString, _ rest: inout ArraySlice<UInt8>) -> Bool {
    skipSpace(&rest)
    let expected = UnsafeBufferPointer(
      start: literal.utf8Start, count: literal.utf8CodeUnitCount)
    guard rest.starts(with: expected) else { return false }
    rest.removeFirst(expected.count)
    return true
  }

  private static func value(_ rest: inout ArraySlice<UInt8>, depth: Int) -> JSON? {
    skipSpace(&rest)
    guard depth < depthMax, let first = rest.first else { return nil }
    switch first {
    case UInt8(ascii: "{"): return object(&rest, depth: depth)
    case UInt8(ascii: "["): return array(&rest, depth: depth)
    case UInt8(ascii: "\""): return text(&rest).map { .string($0) }
    case UInt8(ascii: "t"): return take("true", &rest) ? .boolean(true) : nil
    case UInt8(ascii: "f"): return take("false", &rest) ? .boolean(false) : nil
    default: return number(&rest)
    }
  }

  private static func object(_ rest: inout ArraySlice<UInt8>, depth: Int) -> JSON? {
    guard take("{", &rest) else { return nil }
    var members: [String: JSON] = [:]
    if take("}", &rest) { return .object(members) }
    repeat {
      skipSpace(&rest)
      guard let name = text(&rest), take(":", &rest), let value = value(&rest, depth: depth + 1),
        members.updateValue(value, forKey: name) == nil
      else { return nil }
    } while take(",", &rest)
    return take("}", &rest) ? .object(members) : nil
  }

  private static func array(_ rest: inout ArraySlice<UInt8>, depth: Int) -> JSON? {
    guard take("[", &rest) else { return nil }
    var elements: [JSON] = []
    if take("]", &rest) { return .array(elements) }
    repeat {
      guard let value = value(&rest, depth: depth + 1) else { return nil }
      elements.append(value)
    } while take(",", &rest)
    return take("]", &rest) ? .array(elements) : nil
  }

  private static func text(_ rest: inout ArraySlice<UInt8>) -> String? {
    guard rest.first == UInt8(ascii: "\""),
      let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "\""))
    else { return nil }
    let characters = rest[(rest.startIndex + 1)..<end]
    guard characters.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
      return nil
    }
    rest = rest[(end + 1)...]
    return String(decoding: characters, as: UTF8.self)
  }

  private static func number(_ rest: inout ArraySlice<UInt8>) -> JSON? {
    let digits = rest.prefix { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }
    guard let value = Int64(String(decoding: digits, as: UTF8.self)) else { return nil }
    rest = rest[digits.endIndex...]
    return .integer(value)
  }
}
