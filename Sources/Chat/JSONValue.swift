/// Any JSON value, as the general parser sees it: the slow and tolerant path beside ``EditView``'s
/// fast one.
///
/// Numbers other than integers 0…2^53−1 are kept apart as `.number`.
package indirect enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// A valid JSON number that is not an integer in 0…2^53−1.
  case number
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

/// The members of an object in their order; keys are unique but where it was read leniently.
package struct JSONObject: Equatable, Sendable {
  package var members: [(key: String, value: JSONValue)]

  package init(members: [(key: String, value: JSONValue)] = []) { self.members = members }

  package subscript(key: String) -> JSONValue? {
    members.last { $0.key == key }?.value
  }

  package func string(_ key: String) -> String? {
    if case .string(let text)? = self[key] { return text }
    return nil
  }

  package func integer(_ key: String) -> Int64? {
    if case .integer(let number)? = self[key] { return number }
    return nil
  }

  package func bool(_ key: String) -> Bool? {
    if case .bool(let value)? = self[key] { return value }
    return nil
  }

  package func object(_ key: String) -> JSONObject? {
    if case .object(let value)? = self[key] { return value }
    return nil
  }

  package func array(_ key: String) -> [JSONValue]? {
    if case .array(let value)? = self[key] { return value }
    return nil
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.members.count == right.members.count
      && zip(left.members, right.members).allSatisfy { $0.key == $1.key && $0.value == $1.value }
  }
}

/// Why bytes are not acceptable JSON, and at which byte.
package enum JSONError: Error, Equatable, Sendable {
  case unexpected(position: Int)
  case unfinished
  case tooDeep(position: Int)
  case duplicateKey(String)
  case badUTF8(position: Int)
  case loneSurrogate(position: Int)
}
