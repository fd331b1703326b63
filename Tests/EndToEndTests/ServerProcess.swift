import Foundation
import Testing

/// The real server as a process of its own: started, asked, killed.
final class ServerProcess {
  let data: String
  private(set) var url = ""
  private var process: ChildProcess?
  private let extra: [String]
  private let limitFileBytes: Int?
  private let environment: [String: String]
  private let limitOpenFiles: Int?

  /// Starts `verbatim serve` on a free port and waits until it prints its address.
  ///
  /// - Parameters:
  ///   - limitFileBytes: no file may grow beyond this (RLIMIT_FSIZE), as on a full disk.
  ///   - limitOpenFiles: descriptors it may hold (RLIMIT_NOFILE), soft and hard.
  init(
    data: String, _ extra: [String] = ["--model-url", "none"], limitFileBytes: Int? = nil,
    limitOpenFiles: Int? = nil, environment: [String: String] = [:]
  ) throws {
    self.data = data
    self.extra = extra
    self.limitFileBytes = limitFileBytes
    self.environment = environment
    self.limitOpenFiles = limitOpenFiles
    try start(port: 0)
  }

  var port: Int { Int(url.split(separator: ":").last?.prefix { $0.isNumber } ?? "") ?? 0 }

  func start(port: Int) throws {
    var path = Binaries.path("verbatim")
    var arguments =
      ["serve", "--data", data, "--listen", "127.0.0.1:\(port)", "--limits", "off"] + extra
    var limits = limitFileBytes.map { ["ulimit -f \($0 / 1024)"] } ?? []
    if let limitOpenFiles { limits.append("ulimit -n \(limitOpenFiles)") }
    if !limits.isEmpty {
      let command = (limits + ["exec \"$0\" \"$@\""]).joined(separator: "; ")
      arguments = ["-c", command, path] + arguments
      path = "/bin/bash"
    }
    let process = try ChildProcess(path, arguments, environment: environment)
    self.process = process
    var line = ""
    while let byte = try process.output?.read(upToCount: 1), !byte.isEmpty {
      if byte.first == UInt8(ascii: "\n") { break }
      line += String(decoding: byte, as: UTF8.self)
    }
    guard let address = line.split(separator: " ").first(where: { $0.hasPrefix("http://") }) else {
      throw Failure("the server did not start: \(line) \(process.errors)")
    }
    url = String(address)
    while url.hasSuffix("/") { url.removeLast() }
  }

  /// SIGKILL, and the same again on the same port.
  func killAndRestart() throws {
    let port = port
    process?.kill()
    try start(port: port)
  }

  /// SIGTERM; returns the exit code.
  func terminate() -> Int32 {
    process?.signal(SIGTERM)
    return process?.wait() ?? -1
  }

  var pid: pid_t? { process?.pid }

  var stderr: String { process?.errors ?? "" }

  /// GET; the body as text.
  func get(_ path: String, headers: [String: String] = [:]) throws -> String {
    try HTTP.get(url + path, headers: headers)
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }
}

enum Binaries {
  /// A product built beside the tests.
  static func path(_ name: String) -> String {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent(name).path
  }
}

/// Runs a command to its end.
func run(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws
  -> Outcome
{
  try ChildProcess(path, arguments, environment: environment).finish()
}

/// `serve` refuses these flags before it starts, in words that hold `words`; returns all it said.
@discardableResult
func expectRefusal(
  of flags: [String], saying words: String, sourceLocation: SourceLocation = #_sourceLocation
) throws -> String {
  let scratch = try Scratch()
  let refused = try run(
    Binaries.path("verbatim"),
    ["serve", "--data", scratch.data, "--listen", "127.0.0.1:0"] + flags)
  #expect(refused.status == 2, sourceLocation: sourceLocation)
  #expect(refused.errors.contains(words), "\(refused.errors)", sourceLocation: sourceLocation)
  return refused.errors
}

func verbatim(_ arguments: String...) throws -> Outcome {
  try run(Binaries.path("verbatim"), arguments)
}

/// A directory of a test's own.
final class Scratch {
  let path: String

  init() throws {
    var template = Array("/tmp/verbatim-e2e-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw ServerProcess.Failure("no temporary directory") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var data: String { path + "/data" }
}

/// What `dev/test` prepared; a test that needs it is skipped where it is not.
enum Given {
  static func path(_ name: String) -> String? {
    guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty,
      FileManager.default.fileExists(atPath: value)
    else { return nil }
    return value
  }

  /// A number in the environment: the size of a test, or a seed.
  static func number(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
  }

  static var corpus: String? { path("VERBATIM_CORPUS") }
  static var corpusCSV: String? { path("VERBATIM_CORPUS_CSV") }
}
