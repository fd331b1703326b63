import Chat
import Foundation

/// As much of JSON Schema as the schemas in `docs/schema` use; what it does not know is a fault of
/// the schema.
struct JSONSchema {
  private let root: JSONObject

  /// One of `docs/schema`, by the first part of its name.
  init(named name: String) throws {
    let here: [Substring] = #filePath.split(separator: "/").dropLast(3)
    let path = "/" + here.joined(separator: "/") + "/docs/schema/\(name).schema.json"
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let parsed = try bytes.withUnsafeBytes { try JSONParser.parse($0, depth: 32) }
    guard case .object(let object) = parsed else { throw Fault(what: "\(path) is no object") }
    root = object
  }

  struct Fault: Error, CustomStringConvertible {
    let what: String
    var description: String { what }
  }

  /// Why the bytes are not what the schema says; nil: they are.
  func objection(to bytes: [UInt8]) -> String? {
    let parsed = bytes.withUnsafeBytes { try? JSONParser.parse($0, depth: 16) }
    guard let parsed else { return "no JSON: \(String(decoding: bytes, as: UTF8.self))" }
    return objection(to: parsed, root, at: "")
  }

  private static let words: Set<String> = [
    "$schema", "$defs", "$ref", "title", "description", "type", "properties", "required",
    "additionalProperties", "items", "enum", "const", "oneOf", "pattern", "minLength", "maxLength",
    "minimum", "maximum", "minItems", "maxItems",
  ]

  private func objection(to value: JSONValue, _ schema: JSONObject, at path: String) -> String? {
    for (key, _) in schema.members where !Self.words.contains(key) {
      return "the schema has a word that the tests do not know: \(key)"
    }
    if let name = schema.string("$ref") {
      guard let found = root.object("$defs")?.object(String(name.dropFirst("#/$defs/".count)))
      else { return "\(name) is not defined" }
      return objection(to: value, found, at: path)
    }
    if let choices = schema.array("oneOf") {
      let objections = choices.map { choice -> String? in
        guard case .object(let choice) = choice else { return "no schema" }
        return objection(to: value, choice, at: path)
      }
      let fitting = objections.count { $0 == nil }
      return fitting == 1 ? nil : "\(path) fits \(fitting) of \(choices.count) choices"
    }
    if let only = schema["const"], only != value { return "\(path) is not \(only)" }
    if let choices = schema.array("enum"), !choices.contains(value) {
      return "\(path) is none of \(choices)"
    }
    return typeObjection(to: value, schema, at: path) ?? contentObjection(to: value, schema, path)
  }

  private func typeObjection(
    to value: JSONValue, _ schema: JSONObject, at path: String
  ) -> String? {
    let types: [String]
    if let type = schema.string("type") {
      types = [type]
    } else if let several = schema.array("type") {
      types = several.compactMap { if case .string(let type) = $0 { type } else { nil } }
    } else {
      return nil
    }
    let found =
      switch value {
      case .null: "null"
      case .bool: "boolean"
      case .integer: "integer"
      case .number: "number"
      case .string: "string"
      case .array: "array"
      case .object: "object"
      }
    if types.contains(found) || found == "integer" && types.contains("number") { return nil }
    // The project's parser keeps −1 apart from the numbers of canonical JSON.
    if found == "number", types.contains("integer"), schema["minimum"] == .number { return nil }
    return "\(path) is of type \(found), not \(types)"
  }

  private func contentObjection(
    to value: JSONValue, _ schema: JSONObject, _ path: String
  ) -> String? {
    switch value {
    case .string(let text):
      let count = Int64(text.unicodeScalars.count)
      if let least = schema.integer("minLength"), count < least { return "\(path) is too short" }
      if let most = schema.integer("maxLength"), count > most { return "\(path) is too long" }
      guard let pattern = schema.string("pattern") else { return nil }
      return text.range(of: pattern, options: .regularExpression) == nil
        ? "\(path) is not like \(pattern)" : nil
    case .integer(let number):
      if let most = schema.integer("maximum"), number > most { return "\(path) is too large" }
      if let least = schema.integer("minimum"), number < least { return "\(path) is too small" }
      return nil
    case .array(let values):
      if let most = schema.integer("maxItems"), values.count > most { return "\(path) is too long" }
      if let least = schema.integer("minItems"), values.count < least { return "\(path): too few" }
      guard let items = schema.object("items") else { return nil }
      return values.enumerated().lazy.compactMap {
        objection(to: $0.element, items, at: "\(path)[\($0.offset)]")
      }.first
    case .object(let object): return memberObjection(to: object, schema, path)
    default: return nil
    }
  }

  private func memberObjection(
    to object: JSONObject, _ schema: JSONObject, _ path: String
  ) -> String? {
    for case .string(let name) in schema.array("required") ?? [] where object[name] == nil {
      return "\(path).\(name) is missing"
    }
    for (key, value) in object.members {
      guard let known = schema.object("properties")?.object(key) else {
        if schema.bool("additionalProperties") == false { return "\(path).\(key) is not foreseen" }
        continue
      }
      if let objection = objection(to: value, known, at: "\(path).\(key)") { return objection }
    }
    return nil
  }
}
