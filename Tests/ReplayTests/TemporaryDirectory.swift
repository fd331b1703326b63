import Glibc
import LogStore

/// A directory of one test, removed with it.
final class TemporaryDirectory {
  let path: String

  init() {
    let random = (0..<8).map { _ in String(UInt8.random(in: 0...255), radix: 16) }
    path = "/tmp/verbatim-replay-\(random.joined())"
    precondition(mkdir(path, 0o755) == 0, "no temporary directory")
  }

  deinit { Self.remove(path) }

  private static func remove(_ path: String) {
    for name in (try? POSIXStorage().names(in: path)) ?? [] { remove("\(path)/\(name)") }
    if rmdir(path) != 0 { unlink(path) }
  }

  /// Copies files and directories, as `cp -r` does.
  static func copy(_ source: String, to target: String) throws {
    let storage = POSIXStorage()
    guard let names = try? storage.names(in: source) else {
      try write(read(source), to: target)
      return
    }
    _ = try storage.makeDirectory(target)
    for name in names { try copy("\(source)/\(name)", to: "\(target)/\(name)") }
  }

  static func read(_ path: String) throws -> [UInt8] {
    let file = try POSIXStorage().open(path, .read)
    var bytes = [UInt8](repeating: 0, count: Int(try file.size()))
    let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
    return Array(bytes.prefix(count))
  }

  static func write(_ bytes: [UInt8], to path: String) throws {
    let file = try POSIXStorage().open(path, .create)
    try bytes.withUnsafeBytes { try file.write($0, at: 0) }
  }
}
