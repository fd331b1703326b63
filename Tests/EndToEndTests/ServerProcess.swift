import Foundation
import Synchronization

/// The real server as a process of its own: started, asked, killed.
final class ServerProcess: @unchecked Sendable {  // Process is used from one test at a time
  let data: String
  private(set) var url = ""
  private var process = Process()
  private let talk = Collected()
  private let extra: [String]
  private let limitFileBytes: Int?

  /// Starts `verbatim serve` on a free port and waits until it prints its address.
  ///
  /// - Parameter limitFileBytes: no file may grow beyond this (RLIMIT_FSIZE), as on a full disk.
  init(
    data: String, _ extra: [String] = ["--model-url", "none"], limitFileBytes: Int? = nil
  ) throws {
    self.data = data
    self.extra = extra
    self.limitFileBytes = limitFileBytes
    try start(port: 0)
  }

  deinit { kill() }

  var port: Int { Int(url.split(separator: ":").last?.prefix { $0.isNumber } ?? "") ?? 0 }

  func start(port: Int) throws {
    process = Process()
    process.executableURL = Binaries.url("verbatim")
    process.arguments = ["serve", "--data", data, "--listen", "127.0.0.1:\(port)"] + extra
    if let limitFileBytes {
      let command = "ulimit -f \(limitFileBytes / 1024); exec \"$0\" \"$@\""
      process.arguments =
        ["-c", command, Binaries.url("verbatim").path] + (process.arguments ?? [])
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
    }
    let output = Pipe()
    process.standardOutput = output
    let errors = Pipe()
    process.standardError = errors
    errors.fileHandleForReading.readabilityHandler = { [talk] handle in
      let text = String(decoding: handle.availableData, as: UTF8.self)
      if text.isEmpty { handle.readabilityHandler = nil }
      talk.append(text)
    }
    try process.run()
    var line = ""
    while let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
      if byte.first == UInt8(ascii: "\n") { break }
      line += String(decoding: byte, as: UTF8.self)
    }
    guard let address = line.split(separator: " ").first(where: { $0.hasPrefix("http://") }) else {
      throw Failure("the server did not start: \(line) \(talk.text)")
    }
    url = String(address)
    while url.hasSuffix("/") { url.removeLast() }
  }

  /// SIGKILL, and the same again on the same port.
  func killAndRestart() throws {
    let port = port
    kill()
    try start(port: port)
  }

  func kill() {
    guard process.isRunning else { return }
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// SIGTERM; returns the exit code.
  func terminate() -> Int32 {
    process.terminate()
    process.waitUntilExit()
    return process.terminationStatus
  }

  var stderr: String { talk.text }

  /// GET; the body as text.
  func get(_ path: String, headers: [String: String] = [:]) throws -> String {
    try HTTP.get(url + path, headers: headers)
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }
}

/// Text that comes in pieces from another thread.
final class Collected: Sendable {
  private let pieces = Mutex("")
  var text: String { pieces.withLock { $0 } }
  func append(_ more: String) { pieces.withLock { $0 += more } }
}

enum Binaries {
  /// A product built beside the tests.
  static func url(_ name: String) -> URL {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent(name)
  }
}

/// A finished command.
struct Outcome {
  let status: Int32
  let output: String
  let errors: String
}

/// Runs a command to its end.
func run(_ executable: URL, _ arguments: [String], environment: [String: String] = [:]) throws
  -> Outcome
{
  let process = Process()
  process.executableURL = executable
  process.arguments = arguments
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  let (output, errors) = (Pipe(), Pipe())
  process.standardOutput = output
  process.standardError = errors
  let collected = Collected()
  let isDone = DispatchSemaphore(value: 0)
  errors.fileHandleForReading.readabilityHandler = { handle in
    let more = handle.availableData
    collected.append(String(decoding: more, as: UTF8.self))
    if more.isEmpty {
      handle.readabilityHandler = nil
      isDone.signal()
    }
  }
  try process.run()
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  isDone.wait()
  return Outcome(
    status: process.terminationStatus, output: String(decoding: data, as: UTF8.self),
    errors: collected.text)
}

func verbatim(_ arguments: String...) throws -> Outcome {
  try run(Binaries.url("verbatim"), arguments)
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

/// What `dev/test` prepared; a test that needs it is skipped, with the reason, where it is not.
enum Given {
  static func path(_ name: String) -> String? {
    guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty,
      FileManager.default.fileExists(atPath: value)
    else { return nil }
    return value
  }

  static var corpus: String? { path("VERBATIM_CORPUS") }
  static var corpusCSV: String? { path("VERBATIM_CORPUS_CSV") }
}
