internal import ArgumentParser
internal import Glibc

/// Settings from three places behind the flags: `VERBATIM_*` variables, then a file, then nothing.
///
/// The file holds one `name = value` a line, names as the long flags without dashes in front;
/// `#` begins a comment.
struct Settings {
  private var file: [String: String] = [:]

  /// The largest configuration file, in bytes.
  private static let fileBytesMost = 1 << 20

  init(file path: String?) throws {
    guard let path else { return }
    guard let text = Self.read(path) else {
      throw ValidationError("--config \(path): cannot be read")
    }
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let content = line.prefix { $0 != "#" }
      guard content.contains(where: { !$0.isWhitespace }) else { continue }
      guard let equals = content.firstIndex(of: "=") else {
        throw ValidationError("--config \(path), line \(number + 1): expected name = value")
      }
      let name = Self.trimmed(content[..<equals])
      file[name] = Self.trimmed(content[content.index(after: equals)...])
    }
  }

  /// The flag's value, else the variable's, else the file's.
  func value(_ name: String, flag: String?) -> String? {
    if let flag { return flag }
    return Self.variable(name) ?? file[name]
  }

  /// The `VERBATIM_*` variable of this name alone: what must not stand in a command line or in a
  /// file of settings.
  static func variable(_ name: String) -> String? {
    environment("VERBATIM_" + name.uppercased().replacing("-", with: "_"))
  }

  static func environment(_ variable: String) -> String? {
    getenv(variable).map { String(cString: $0) }
  }

  /// As ``value(_:flag:)``, for settings that are on or off.
  func isOn(_ name: String, flag: Bool) -> Bool {
    if flag { return true }
    return ["1", "true", "yes", "on"].contains(value(name, flag: nil)?.lowercased() ?? "")
  }

  /// As ``value(_:flag:)``, for settings that may be given several times; else split at commas.
  func values(_ name: String, flags: [String]) -> [String] {
    if !flags.isEmpty { return flags }
    let text = value(name, flag: nil) ?? ""
    return text.split(separator: ",").map { Self.trimmed($0) }.filter { !$0.isEmpty }
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    var text = text.drop { $0.isWhitespace }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  /// A small text file, whole; nil when it cannot be read.
  static func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: fileBytesMost)
    let count = fread(&bytes, 1, bytes.count, file)
    return ferror(file) == 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
