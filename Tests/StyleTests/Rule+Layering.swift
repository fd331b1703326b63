/// The direction of imports, as the architecture draws it.
extension Rule {
  /// What each module may import of ours and of others.
  static let layers: [String: Set<String>] = [
    "Chat": [],
    "Hashing": ["COpenSSL"],
    "LogStore": ["CLZ4", "CCRC32C", "CScheduling"],
    "Projector": ["Chat", "LogStore", "Hashing"],
    "Rooms": ["Chat", "LogStore", "Projector", "Hashing"],
    "Gateway": ["Rooms", "Chat", "LogStore", "Logging", network],
    "Companion": ["Chat", "LogStore", "Projector", "Rooms", "CCurl", "Logging"],
    // The other end of the socket: `drive` and `tail --server`.
    "Client": ["Chat", network],
    "Kafka": ["LogStore", network],
    "Replay": ["Chat", "LogStore", "Projector", "Hashing", "ArgumentParser"],
    "Simulation": [
      "Chat", "Hashing", "LogStore", "Projector", "Rooms", "Companion", "Replay",
    ],
    "Simulate": ["Simulation"],
    "Verbatim": [
      "Chat", "Hashing", "LogStore", "Projector", "Rooms", "Gateway", "Companion", "Client",
      "Kafka", "Replay", "ArgumentParser", "Logging",
      // A command that waits for something asynchronous.
      "Dispatch",
    ],
  ]

  /// The system's own: every module may use them.
  private static let system: Set<String> = ["Glibc", "Synchronization", "Swift"]
  /// Files that may use Foundation, each with its reason: it costs start-up time and speed.
  private static let foundation: [String: String] = [:]
  /// Stands for every module of swift-nio.
  private static let network = "NIO"

  static let layering = Rule(name: "imports go downwards only") { file in
    guard file.language == .swift, let module = file.module else { return [] }
    guard let allowed = layers[module] else {
      return [Finding(line: 1, what: "\(module) stands in no layer: add it to the table")]
    }
    return imports(SwiftCode(file.text)).compactMap { line, name in
      if system.contains(name) || allowed.contains(name) { return nil }
      if name.hasPrefix("NIO"), allowed.contains(network) { return nil }
      if name.hasPrefix("Foundation"), foundation[file.path] != nil { return nil }
      return Finding(line: line, what: "\(module) may not import \(name)")
    }
  }

  private static func imports(_ code: SwiftCode) -> [(line: Int, module: String)] {
    let attributes: Set<String> = [
      "testable", "preconcurrency", "_exported", "_spi", "_implementationOnly",
      "public", "package", "internal", "fileprivate", "private",
    ]
    let kinds: Set<String> = [
      "struct", "class", "enum", "protocol", "func", "var", "let", "typealias",
    ]
    let words = code.words
    return words.indices.compactMap { index in
      let word = words[index]
      guard word.text == "import" else { return nil }
      let leading = words[..<index].reversed().prefix { $0.line == word.line }
      guard leading.allSatisfy({ attributes.contains($0.text) }) else { return nil }
      let named = words[(index + 1)...].first { $0.line == word.line && !kinds.contains($0.text) }
      return named.map { (word.line, $0.text) }
    }
  }
}
