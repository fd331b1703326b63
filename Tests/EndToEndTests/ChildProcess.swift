import Foundation
import Synchronization

/// A process of a test's own, started with posix_spawn and awaited with waitpid.
///
/// Foundation's `Process` waits in a run loop, which was seen to miss the end of a child.
final class ChildProcess: @unchecked Sendable {  // one thread waits; the rest is under the mutex
  let pid: pid_t
  /// What it writes to standard output; nil when that goes elsewhere.
  let output: FileHandle?
  /// Held, because a handle closes its pipe with its last reference.
  private let complaints: FileHandle
  private let talk = Collected()
  private let talked = DispatchSemaphore(value: 0)
  private let status = Mutex<Int32?>(nil)

  /// Starts `path`; standard error is collected.
  init(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws {
    let (output, errors) = (Pipe(), Pipe())
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let writing = output.fileHandleForWriting.fileDescriptor
    posix_spawn_file_actions_adddup2(&actions, writing, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(
      &actions, errors.fileHandleForWriting.fileDescriptor, STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The test runner's threads may block signals, and its pipes are not the child's.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    for pipe in [output, errors] {
      for handle in [pipe.fileHandleForReading, pipe.fileHandleForWriting] {
        _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC)
      }
    }
    let merged = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var pid: pid_t = 0
    let failure = Self.withCStrings([path] + arguments) { argv in
      Self.withCStrings(merged.map { "\($0)=\($1)" }) { envp in
        posix_spawn(&pid, path, &actions, &attributes, argv, envp)
      }
    }
    guard failure == 0 else {
      throw ServerProcess.Failure("\(path): \(String(cString: strerror(failure)))")
    }
    self.pid = pid
    self.output = output.fileHandleForReading
    complaints = errors.fileHandleForReading
    output.fileHandleForWriting.closeFile()
    errors.fileHandleForWriting.closeFile()
    complaints.readabilityHandler = { [talk, talked] handle in
      let more = handle.availableData
      talk.append(String(decoding: more, as: UTF8.self))
      guard more.isEmpty else { return }
      handle.readabilityHandler = nil
      talked.signal()
    }
  }

  deinit { kill() }

  /// What it has written to standard error so far.
  var errors: String { talk.text }

  func signal(_ number: Int32) {
    guard status.withLock({ $0 }) == nil else { return }
    Foundation.kill(pid, number)
  }

  /// SIGKILL, unless it has ended.
  func kill() {
    signal(SIGKILL)
    _ = wait()
  }

  var isRunning: Bool {
    status.withLock { status in
      if status == nil {
        var raw: Int32 = 0
        if waitpid(pid, &raw, WNOHANG) == pid { status = raw }
      }
      return status == nil
    }
  }

  /// Waits for the end: the exit code, or minus the signal.
  func wait() -> Int32 {
    status.withLock { status in
      if status == nil {
        var raw: Int32 = 0
        while waitpid(pid, &raw, 0) < 0, errno == EINTR {}
        status = raw
      }
      let raw = status ?? 0
      return raw & 0x7F == 0 ? raw >> 8 & 0xFF : -(raw & 0x7F)
    }
  }

  /// Reads standard output to its end, waits, and returns it all.
  func finish() throws -> Outcome {
    let data = try output?.readToEnd() ?? Data()
    let status = wait()
    _ = talked.wait(timeout: .now() + 5)
    return Outcome(
      status: status, output: String(decoding: data, as: UTF8.self), errors: errors)
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }
}

/// A finished command.
struct Outcome {
  /// The exit code, or minus the signal that ended it.
  let status: Int32
  let output: String
  let errors: String
}

/// Text that comes in pieces from another thread.
final class Collected: Sendable {
  private let pieces = Mutex("")
  var text: String { pieces.withLock { $0 } }
  func append(_ more: String) { pieces.withLock { $0 += more } }
}
