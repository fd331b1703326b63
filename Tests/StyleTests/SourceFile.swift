import Foundation

/// One text file of the tree, and what language its ending or first line says it is in.
struct SourceFile: Sendable {
  enum Language: Sendable { case swift, c, script, style, markup, shell, python, make, prose }

  /// Relative to the root of the repository, with `/`.
  let path: String
  let text: String

  /// The folder below `Sources`, which is the module's name.
  var module: String? {
    let parts = path.split(separator: "/")
    return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
  }

  var lines: [Substring] {
    var all = text.split(separator: "\n", omittingEmptySubsequences: false)
    if all.last == "" { all.removeLast() }
    return all
  }

  var language: Language? {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count > 1, let ending = parts.last, parts.first != "" || parts.count > 2 else {
      return languageOfFirstLine(name)
    }
    switch ending {
    case "swift": return .swift
    case "c", "h", "modulemap": return .c
    case "js", "mjs": return .script
    case "css": return .style
    case "html", "svg": return .markup
    case "sh": return .shell
    case "py": return .python
    case "md", "txt", "json", "tsv", "csv": return .prose
    default: return languageOfFirstLine(name)
    }
  }

  private func languageOfFirstLine(_ name: String) -> Language? {
    if name == "Makefile" { return .make }
    guard let first = text.split(separator: "\n").first, first.hasPrefix("#!") else {
      return name == "LICENSE" ? .prose : nil
    }
    return first.contains("python") ? .python : .shell
  }
}

/// The repository this test was compiled from.
enum SourceTree {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Every text file a person wrote: no builds, no run-time state, no samples.
  static let files: [SourceFile] = read()

  static func place(of file: SourceFile) -> String {
    root.appendingPathComponent(file.path).path
  }

  private static let unread: Set<String> = ["data", ".git", "Package.resolved", "node_modules"]

  private static func read() -> [SourceFile] {
    var found: [SourceFile] = []
    var waiting = [""]
    while let folder = waiting.popLast() {
      let url = root.appendingPathComponent(folder)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
      for name in names where !unread.contains(name) && !name.hasPrefix(".build") {
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        var isFolder: ObjCBool = false
        let full = root.appendingPathComponent(path)
        guard FileManager.default.fileExists(atPath: full.path, isDirectory: &isFolder) else {
          continue
        }
        if isFolder.boolValue {
          waiting.append(path)
        } else if let text = try? String(contentsOf: full, encoding: .utf8) {
          found.append(SourceFile(path: path, text: text))
        }
      }
    }
    return found.sorted { $0.path < $1.path }
  }
}
